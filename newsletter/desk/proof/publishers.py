"""One publisher too many stories of an issue, or of the last ones, come from. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from newsletter.desk.past.memory import RECENT
from newsletter.links import host_of, registrable
from newsletter.model.issue import Issue, Printed
from newsletter.model.news import Ranked
from newsletter.model.remarks import Remark

#: Stories with an address below which a share means nothing: of one issue, and of several.
_ENOUGH = 4
_ENOUGH_OVER_WEEKS = 16
#: What is chance in one issue is a habit over eight: there this part of the share is enough.
_OVER_WEEKS = 0.8
#: Where everybody publishes: the domain is nobody's voice.
_MANY_VOICES = frozenset(
    """arxiv.org bsky.app facebook.com github.com gitlab.com huggingface.co instagram.com linkedin.com mastodon.social
    medium.com reddit.com substack.com t.co threads.net tiktok.com twitter.com vimeo.com wordpress.com x.com
    youtu.be youtube.com ycombinator.com""".split()
)
#: Reserved for examples (RFC 2606): each name below them stands for a publisher of its own.
_EXAMPLES = frozenset({"example.com", "example.net", "example.org"})


def dominant(issue: Issue, ranked: Sequence[Ranked], memory: Sequence[Printed], share: int) -> Iterator[Remark]:
    """A notice where more than `share` of a hundred stories of this issue come from one publisher.

    Or, of the last eight issues with this one, four fifths of that share.
    """
    leads = {r.story.id: r.tellings[0].publisher for r in ranked if r.tellings}
    stories = (*issue.stories, *issue.headlines)
    here = [_publisher(story.link, leads.get(story.id, "")) for story in stories if story.link]
    path = f"issues/{issue.week}"
    if (found := _most(here, _ENOUGH, share)) is not None:
        name, count = found
        what = f"{name} supplies {count} of {len(here)} stories ({_percent(count, here)} %)."
        mend = "newsletter stories  lists the others. On purpose?  publisher_share  under [check] in newsletter.toml."
        yield Remark(path, 0, "notice", "publisher", what, (mend,))
    # Records of earlier issues tell addresses alone, so this issue is counted by them too.
    counted = [*_printed_before(memory), *(_publisher(story.link, "") for story in stories if story.link)]
    issues = min(len(memory), RECENT - 1) + 1
    if issues > 1 and (found := _most(counted, _ENOUGH_OVER_WEEKS, share * _OVER_WEEKS)) is not None:
        name, count = found
        what = f"{name} supplies {_percent(count, counted)} % of the stories of the last {issues} issues"
        what = f"{what} ({count} of {len(counted)}), this one included."
        yield Remark(path, 0, "notice", "publisher", what, ("A feed that is not theirs would widen the view.",))


def _printed_before(memory: Sequence[Printed]) -> Iterator[str]:
    for issue in memory[-(RECENT - 1) :]:
        yield from (_publisher(links[0], "") for _, links in issue.stories if links)


def _publisher(link: str, told: str) -> str:
    """Who published the page; "" where that cannot be told from its address."""
    name = told if told not in _EXAMPLES else ""
    name = name or registrable(host_of(link), _EXAMPLES)
    return "" if name in _MANY_VOICES else name


def _most(publishers: Sequence[str], enough: int, share: float) -> tuple[str, int] | None:
    """The one with more than the share, and its stories; None if there is none, or too few stories to tell."""
    counts: Mapping[str, int] = Counter(filter(None, publishers))
    name, count = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    if len(publishers) < enough or count < 2 or 100 * count <= share * len(publishers):
        return None
    return name, count


def _percent(count: int, publishers: Sequence[str]) -> int:
    return round(100 * count / len(publishers))
