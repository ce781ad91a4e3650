"""The preview as a web application: the page around the views, the views, the letter, the files. I/O: network

It answers GET and changes nothing. What it shows is a draft: nobody but this machine is answered unless the editor
says otherwise, and a page of another site that borrowed a name for this address is not answered at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.errors import NewsletterError
from newsletter.model.audience import Variant
from newsletter.press.desk_pages import VIEWS, WIDTHS, Inbox, Shown, file_page, plain_page, preview_page
from newsletter.press.desk_pages import script as script_of
from newsletter.press.desk_pages import style_sheet as style_sheet_of
from newsletter.press.simulations import (
    has_images,
    in_the_dark,
    in_the_light,
    with_pictures,
    without_images,
    without_style_sheets,
)
from newsletter.press.variants import VARIANTS
from newsletter.previewing import picture_of, pictures_of, shown_file
from newsletter.web.live import Live
from newsletter.web.looking import Look

_ALWAYS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_SHELL = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; frame-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
#: A view loads what a mail program would: pictures. Nothing in it runs.
_VIEW = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http: https: data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_KINDS: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
_SIMULATED: Mapping[str, Callable[[str], str]] = {
    "light": in_the_light,
    "dark": in_the_dark,
    "images-off": without_images,
    "unstyled": without_style_sheets,
}


def make_preview(live: Live, *, hosts: Collection[str] | None) -> ASGIApp:
    """The application; only requests for one of `hosts` (name and port) are answered, None answers any."""

    def shell(request: Request) -> Response:
        look, room = live.look, live.room
        view, width = request.query_params.get("view", "mail"), request.query_params.get("width", "wide")
        variant = _variant(request)
        page = preview_page(
            _shown(look, variant),
            view=view if view in VIEWS else "mail",
            width=width if width in WIDTHS else "wide",
            variant=variant,
            publication=room.settings.publication.wording.name,
            templates=room.templates,
        )
        return HTMLResponse(page, headers={**_ALWAYS, "Content-Security-Policy": _SHELL})

    def view(request: Request) -> Response:
        content = _view(live, request.path_params["name"], _variant(request))
        if content is None:
            return _missing("There is nothing to be seen yet.")
        headers = {**_ALWAYS, "Content-Security-Policy": _VIEW}
        return Response(content, media_type="text/html; charset=utf-8", headers=headers)

    def letter(request: Request) -> Response:
        look, variant = live.look, _variant(request)
        cut = look.preview.cuts.get(variant) if look.preview else None
        if cut is None:
            return _missing("There is no such letter.")
        name = f"{look.week}-preview.eml" if variant == "full" else f"{look.week}-{variant}-preview.eml"
        headers = {**_ALWAYS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(cut.letter, media_type="message/rfc822", headers=headers)

    def picture(request: Request) -> Response:
        look, name = live.look, request.path_params["name"]
        found = picture_of(live.room.root, look.preview.issue, name) if look.preview else None
        if found is None:
            return _missing(f"The workspace has no picture {name} as it is shown.")
        kind = _KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return Response(found, media_type=kind, headers={**_ALWAYS, "Content-Security-Policy": "default-src 'none'"})

    def file(request: Request) -> Response:
        look, room, path = live.look, live.room, request.path_params["path"]
        text = shown_file(room.root, path, {remark.path for remark in look.remarks})
        if text is None:
            return _missing(f"The preview does not show {path}.")
        remarks = tuple(remark for remark in look.remarks if remark.path == path)
        page = file_page(path, text, remarks=remarks, revision=look.revision, week=look.week, templates=room.templates)
        return HTMLResponse(page, headers={**_ALWAYS, "Content-Security-Policy": _SHELL})

    async def events(_: Request) -> Response:
        async def lines() -> AsyncIterator[str]:
            async for revision in live.revisions():
                yield f"data: {revision}\n\n" if revision else ": still here\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream", headers=_ALWAYS)

    def script(_: Request) -> Response:
        return Response(script_of(live.room.templates), media_type="text/javascript", headers=_ALWAYS)

    def style(_: Request) -> Response:
        return Response(style_sheet_of(live.room.templates), media_type="text/css", headers=_ALWAYS)

    app = Starlette(
        routes=[
            Route("/", shell, methods=["GET"]),
            Route("/view/{name}", view, methods=["GET"]),
            Route("/picture/{name:path}", picture, methods=["GET"]),
            Route("/letter.eml", letter, methods=["GET"]),
            Route("/file/{path:path}", file, methods=["GET"]),
            Route("/events", events, methods=["GET"]),
            Route("/desk.js", script, methods=["GET"]),
            Route("/desk.css", style, methods=["GET"]),
        ],
        exception_handlers={NewsletterError: _faulty},
    )
    return app if hosts is None else _Named(app, hosts)


class _Named:
    """Answers requests for these hosts alone: a name of somebody else's that leads here reads nothing."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Request(scope).headers.get("host", "").lower() not in self._hosts:
            await PlainTextResponse("This is not the address of the preview.\n", 421, headers=_ALWAYS)(
                scope, receive, send
            )
            return
        await self._app(scope, receive, send)


def _variant(request: Request) -> Variant:
    asked = request.query_params.get("variant", "full")
    return next((variant for variant in VARIANTS if variant == asked), "full")


def _view(live: Live, name: str, variant: Variant) -> bytes | None:
    """The bytes of one view; None while there is none, or if there is none of that name or nothing in that variant."""
    look, templates = live.look, live.room.templates
    letter = look.letters.get(variant)
    if look.preview is None or letter is None or name not in VIEWS:
        return None
    language, addresses = look.preview.issue.wording.language, _pictures(look)
    html, text = letter.html.decode("utf-8"), letter.text.decode("utf-8")
    if name == "mail":
        return with_pictures(html, addresses).encode("utf-8")
    if name == "page":
        return with_pictures(look.preview.page, addresses).encode("utf-8")
    if name in _SIMULATED:
        return with_pictures(_SIMULATED[name](html), addresses).encode("utf-8")
    markdown = look.preview.cuts[variant].markdown
    shown = {"text": text, "markdown": markdown, "source": html}[name].replace("\r\n", "\n")
    page = plain_page(
        VIEWS[name],
        shown,
        language=language if name != "source" else "en",
        wrap=name != "text",
        numbered=name == "source",
        templates=templates,
    )
    return page.encode("utf-8")


def _pictures(look: Look) -> Mapping[str, str]:
    """Where the preview has each picture of the workspace, by the address that is printed."""
    found = pictures_of(look.preview.issue) if look.preview else {}
    return {printed: f"/picture/{quote(name)}" for printed, name in found.items()}


def _shown(look: Look, variant: Variant) -> Shown:
    made, letter = look.preview, look.letters.get(variant)
    html = letter.html.decode("utf-8") if letter else ""
    return Shown(
        week=look.week,
        title=made.issue.title if made else f"Week {look.week}",
        language=made.issue.wording.language if made else "en",
        state=made.state if made else "",
        about=made.about if made else (),
        inbox=Inbox(
            sender=letter.sender,
            subject=letter.subject,
            preheader=made.cuts[variant].preheader,
            size=len(letter.html),
            images=has_images(html),
            pictures=with_pictures(html, _pictures(look)) != html,
            page_pictures=with_pictures(made.page, _pictures(look)) != made.page,
            shortened=made.cuts[variant].shortened,
        )
        if made and letter
        else None,
        remarks=look.remarks,
        files=look.files,
        stories=made.stories if made else (),
        variants=tuple(made.cuts) if made else (),
        stale=look.stale,
        revision=look.revision,
    )


def _missing(words: str) -> Response:
    return PlainTextResponse(f"{words}\n", 404, headers=_ALWAYS)


def _faulty(_: Request, fault: Exception) -> Response:
    # The desk's own templates may be the workspace's, and wrong.
    return PlainTextResponse(f"{fault}\n", 500, headers=_ALWAYS)
