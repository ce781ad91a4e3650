"""Web pages that came instead of a feed: what they are, and which feeds they name. Pure."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from newsletter.wire.discover import feeds_of
from newsletter.wire.parsed import Page, Parsed

#: Bytes that are looked at; what a page is stands at its beginning.
_MOST = 500_000
#: Services that stand before a site and let only browsers through, by what their pages load or set; in lower case.
_GUARDS = re.compile(
    rb"/cdn-cgi/challenge-platform/|cf[-_]chl[-_]|__cf_chl|challenges\.cloudflare\.com|captcha-delivery\.com"
    rb"|_incapsula_resource|px-captcha|/_sec/cp_challenge|awswafintegration|\.awswaf\.com|sucuri_cloudproxy_js"
    rb"|ddos-guard|/\.within\.website/|anubis_challenge|data-sitekey=|/vercel/security|_kpsdk|geo\.captcha"
)
_GUARD_TITLE = re.compile(
    r"just a moment|attention required!|checking your browser|checking if the site connection|ddos-guard"
    r"|are you (?:a )?(?:human|robot)|not a (?:ro)?bot|human verification|bot verification|security check(?:point)?\b"
    r"|verify(?:ing)? you are human|pardon our interruption|one moment, please|robot check|captcha"
)
_NEEDS_SCRIPTS = re.compile(
    r"\b(?:enable|turn on|requires?) (?:javascript|cookies)|javascript (?:is|and cookies)|captcha"
)
_LOGIN_TITLE = re.compile(
    r"(?:^|\W)(?:(?:sign|log)[ -]?in|login|logon|single sign-on|sso|anmelden|anmeldung|einloggen|connexion"
    r"|se connecter|identifiez-vous|iniciar sesi[oó]n|acceder|entrar|accedi|inloggen|logg inn|logga in"
    r"|zaloguj|войти|вход|ログイン|登录|登入|로그인)(?:$|\W)"
)
_PARKING = re.compile(
    rb"sedoparking\.com|parkingcrew\.net|\.bodis\.com|parklogic\.com|hugedomains\.com|//(?:www\.)?dan\.com/"
    rb"|afternic\.com|d38psrni17bvxu\.cloudfront\.net|domainmarket\.com|undeveloped\.com|parking-crew|parkingpage"
    rb"|window\.location(?:\.href)?\s{0,3}=\s{0,3}[\"']/lander|buydomains\.com|cashparking|domain_parking|fastpark"
)
_PARKED_WORDS = re.compile(
    r"(?:domain|domain name)(?: name)?(?: \S{1,80})?(?: is| may be)? (?:for sale|available for purchase|parked)"
    r"|buy this domain|domain is parked|parked (?:free|domain)|this domain (?:has expired|is registered at)"
    r"|domain (?:steht|ist) zum verkauf|zu verkaufen|nom de domaine est à vendre|dominio (?:está )?en venta"
)
#: Letters of a page that says little but that one thing.
_SHORT = 3_000
_SENTENCES: dict[Page, str] = {
    "login": "a page that asks to sign in, not a feed",
    "challenge": "a page that lets only browsers through, not a feed",
    "parked": "a page of a domain that is parked or for sale, not a feed",
}


def read_page(document: bytes, *, url: str) -> Parsed:
    """A page in UTF-8 as what it is: "not-feed", with the feeds it names and the kind of page it seems to be."""
    start = document[:_MOST]
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(start, parser)
    except (etree.XMLSyntaxError, ValueError):
        tree = None
    if tree is None:
        return Parsed(kind="not-feed", problem="a web page, not a feed")
    found = feeds_of(tree, url=url)
    kind = _kind(tree, start.lower(), names_feeds=bool(found))
    problem = _SENTENCES.get(kind, "a web page, not a feed")
    if found:
        problem = f"{problem}; it names this feed: {found[0]}"
    return Parsed(kind="not-feed", problem=problem, discovers=found, page=kind)


def _kind(tree: Element, low: bytes, *, names_feeds: bool) -> Page:
    title = " ".join(next((one.text or "" for one in tree.iter("title")), "").split())[:300].lower()
    words = _words(tree)
    short = len(words) < _SHORT
    asks = any((one.get("type") or "").strip().lower() == "password" for one in tree.iter("input"))
    if not asks and short and (_GUARDS.search(low) or _GUARD_TITLE.search(title) or _is_waiting_room(tree, words)):
        return "challenge"
    if (asks and (short or not names_feeds)) or (short and not names_feeds and _LOGIN_TITLE.search(title)):
        return "login"
    if short and not names_feeds and (_PARKING.search(low) or _PARKED_WORDS.search(f"{title} {words[:_SHORT]}")):
        return "parked"
    return ""


def _words(tree: Element) -> str:
    """What a reader sees, in lower case, as far as it matters here."""
    out: list[str] = []
    length = 0
    for one in tree.iter():
        text = one.text if one.tag not in ("script", "style", "title") else ""
        for piece in (text, one.tail):
            if piece and (bare := piece.strip()):
                out.append(bare)
                length += len(bare)
        if length > 2 * _SHORT:
            break
    return " ".join(" ".join(out).split()).lower()


def _is_waiting_room(tree: Element, words: str) -> bool:
    """A page that says next to nothing, wants scripts and comes again by itself."""
    comes_again = any((one.get("http-equiv") or "").lower() == "refresh" for one in tree.iter("meta"))
    return comes_again and len(words) < 300 and _NEEDS_SCRIPTS.search(words) is not None
