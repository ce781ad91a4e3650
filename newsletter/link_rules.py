"""The rules about other people's addresses: tracking parameters, redirectors, platforms. Data, and lookups in it.

Collected from the addresses that newsletters meet; each group has its lines in tests/test_links.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

_PREFIXES = (
    "utm_",
    "mtm_",
    "pk_",
    "hsa_",
    "itm_",
    "guce_",
    "vero_",
    "oly_",
    "wt.",
    "_hs",
    "__hs",
    "mc_",
    "fb_",
    "trk_",
)
_NAMES = frozenset(
    """fbclid gclid dclid gbraid wbraid msclkid twclid ttclid yclid srsltid igshid igsh mkt_tok _bhlid smid
    unlocked_article_code emc ref ref_src ref_url referrer referringsource source src rss cmpid cmp ncid guccounter taid
    itid wpisrc ocid trk truid giftid sharetoken ftag at_medium at_campaign __source s_cid spm scid
    sr_share _ga _gl mc_cid mc_eid ck_subscriber_id __twitter_impression guccounter guce_referrer ito
    cvid fr icid xtor linkid soc_src soc_trk""".split()
)
#: Names that track on these hosts and mean something elsewhere.
_NAMES_ON_HOST: Mapping[str, frozenset[str]] = {
    "businessinsider.com": frozenset({"r", "op", "ir"}),
    "substack.com": frozenset({"r", "s", "showwelcome"}),
    "wsj.com": frozenset({"mod", "st", "reflink"}),
    "nytimes.com": frozenset({"partner", "campaign_id", "instance_id", "segment_id", "user_id", "regi_id", "te", "nl"}),
    "cnbc.com": frozenset({"par"}),
    "axios.com": frozenset({"stream"}),
    "youtube.com": frozenset({"si", "feature", "pp", "ab_channel"}),
    "youtu.be": frozenset({"si", "feature"}),
    "open.spotify.com": frozenset({"si"}),
    "medium.com": frozenset({"sk"}),
    "ft.com": frozenset({"sharetype"}),
}
#: Hosts whose `ref` or `source` chooses content.
_MEANINGFUL = re.compile(r"(^|\.)api\.|^raw\.|^docs\.")
EMPTY_PARAMETERS = frozenset(
    {
        ("page", "1"),
        ("amp", ""),
        ("amp", "1"),
        ("outputType", "amp"),
        ("outputtype", "amp"),
        ("print", "1"),
        ("print", "true"),
    }
)
MOBILE_LABELS = frozenset({"m", "mobile", "amp", "edition", "old", "lite", "touch"})
HOST_ALIASES: Mapping[str, str] = {
    "bbc.co.uk": "bbc.com",
    "edition.cnn.com": "cnn.com",
    "twitter.com": "x.com",
    "nitter.net": "x.com",
    "fxtwitter.com": "x.com",
    "vxtwitter.com": "x.com",
    "youtube-nocookie.com": "youtube.com",
    "music.youtube.com": "youtube.com",
    "export.arxiv.org": "arxiv.org",
    "dx.doi.org": "doi.org",
}
_ARXIV = re.compile(r"/(?:abs|pdf|html|format)/([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?/?$")
_MEDIUM = re.compile(r"/(?:.*-)?([0-9a-f]{12})/?$")
_GITHUB = re.compile(r"/([^/]+)/([^/]+?)(?:\.git)?(/.*)?$")


def is_tracking(name: str, host: str) -> bool:
    """Whether a query parameter of this name only tells where a reader came from."""
    low = name.lower()
    if low.startswith(_PREFIXES):
        return True
    plain = host.lower().removeprefix("www.")
    if low in _NAMES:
        return not (low in {"ref", "source", "src"} and _MEANINGFUL.search(plain))
    return any((plain == h or plain.endswith("." + h)) and low in names for h, names in _NAMES_ON_HOST.items())


def is_tracking_fragment(fragment: str) -> bool:
    """Whether a fragment only tells where a reader came from, or leads to the top."""
    return fragment in ("", "top") or fragment.startswith(("xtor=", "utm_", ":~:text=", "ref="))


def is_page_named_amp(path: str) -> bool:
    """Whether "amp" is the page's own name and not the mark of a mobile copy."""
    return (
        bool(re.search(r"/(wiki|category|tag|tags|topic|topics)/amp/?$", path, re.I))
        or path.strip("/").lower() == "amp"
    )


def redirect_target(url: str) -> str | None:
    """The address that a known redirector carries in its own; None if it is none."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    query = {k.lower(): v[0] for k, v in parse_qs(parts.query).items()} if parts.query else {}
    target: str | None = None
    if re.fullmatch(r"google\.[a-z.]{2,6}", host) and parts.path == "/url":
        target = query.get("url") or query.get("q")
    elif re.fullmatch(r"google\.[a-z.]{2,6}", host) and parts.path.startswith("/amp/"):
        target = parts.path.removeprefix("/amp/").removeprefix("s/")
    elif host in ("l.facebook.com", "lm.facebook.com", "out.reddit.com", "steamcommunity.com"):
        target = query.get("u") or query.get("url")
    elif host == "bing.com" and "apiclick" in parts.path:
        target = query.get("url")
    elif host == "linkedin.com" and parts.path.startswith("/redir"):
        target = query.get("url")
    elif host.endswith("safelinks.protection.outlook.com"):
        target = query.get("url")
    elif host == "web.archive.org":
        match = re.match(r"/web/\d+(?:[a-z]{2}_)?/(.+)", parts.path)
        target = match[1] + (f"?{parts.query}" if parts.query else "") if match else None
    elif host.endswith("cdn.ampproject.org"):
        match = re.match(r"/[cv]/(?:s/)?(.+)", parts.path)
        target = match[1] if match else None
    if not target:
        return None
    target = unquote(target) if target.startswith(("http%3A", "https%3A")) else target
    target = re.sub(r"^(https?):/([^/])", r"\1://\2", target)
    return target if "://" in target else f"https://{target}"


def platform_identity(host: str, path: str, query: Mapping[str, str]) -> str | None:
    """The identity that a platform itself gives a page, whatever the shape of the address; None elsewhere."""
    match: re.Match[str] | None
    if host == "youtu.be" and len(path) > 1:
        return f"youtube.com/watch?v={path.strip('/')}"
    if host == "youtube.com":
        if path == "/watch" and query.get("v"):
            return f"youtube.com/watch?v={query['v']}"
        if (match := re.match(r"/(?:shorts|live|embed|v)/([\w-]+)", path)) is not None:
            return f"youtube.com/watch?v={match[1]}"
    if host == "x.com" and (match := re.search(r"/status(?:es)?/(\d+)", path)) is not None:
        return f"x.com/status/{match[1]}"
    if host == "arxiv.org" and (match := _ARXIV.match(path)) is not None:
        return f"arxiv.org/abs/{match[1]}"
    if host == "doi.org" and (match := re.match(r"/10\.48550/arxiv\.(.+)", path, re.I)) is not None:
        return f"arxiv.org/abs/{match[1]}"
    if host == "news.ycombinator.com" and path == "/item" and query.get("id"):
        return f"news.ycombinator.com/item?id={query['id']}"
    if host in ("reddit.com", "new.reddit.com") and (match := re.search(r"/comments/(\w+)", path)) is not None:
        return f"reddit.com/comments/{match[1]}"
    if host == "redd.it" and len(path) > 1:
        return f"reddit.com/comments/{path.strip('/')}"
    if host == "open.substack.com" and (match := re.match(r"/pub/([^/]+)(/p/[^/]+)", path)) is not None:
        return f"{match[1]}.substack.com{match[2]}"
    if host == "github.com" and (match := _GITHUB.match(path)) is not None:
        return _github(match[1].lower(), match[2].lower(), (match[3] or "").rstrip("/"))
    if host.endswith(".substack.com") and (match := re.match(r"(/p/[^/]+)/comments/?$", path)) is not None:
        return f"{host}{match[1]}"
    if (host == "medium.com" or host.endswith(".medium.com")) and (match := _MEDIUM.match(path)) is not None:
        return f"medium.com/p/{match[1]}"
    if host == "huggingface.co" and all(is_tracking(name, host) for name in query):
        return f"huggingface.co{path.lower().rstrip('/').removesuffix('/tree/main')}"
    return None


def _github(owner: str, name: str, rest: str) -> str:
    if re.fullmatch(r"/(tree|blob)/(main|master)(/README(\.md)?)?", rest, re.I):
        rest = ""
    if (match := re.match(r"/(?:pull|issues)/(\d+)", rest)) is not None:
        rest = f"/issues/{match[1]}"
    return f"github.com/{owner}/{name}{rest}"
