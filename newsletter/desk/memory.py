"""What was printed before: the same page, the same take, the same topic. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from newsletter.links import identity, same
from newsletter.model.issue import Printed, Reference
from newsletter.model.news import Story
from newsletter.model.week import Week
from newsletter.text import content_words, fold

#: Letters of a take below which equal words prove nothing ("Agreed.").
TELLING = 20
#: Words that a headline needs to be known again by it.
_ENOUGH_WORDS = 4


@dataclass(frozen=True)
class Memory:
    """Every issue sent before this one, oldest first; may be empty."""

    issues: tuple[Printed, ...] = ()

    def story_before(self, story: Story) -> Printed | None:
        """The latest issue that printed this story, by any of its addresses; None if none did.

        What was printed without an address is known by its headline, unless that is too short to prove anything.
        """
        links = (link for link in (story.link, *(e.link for e in story.entries)) if link)
        titles = (fold(title) for title in (story.headline, *(e.title for e in story.entries)))
        bare = (issue for title in titles if (issue := self._headlines_alone.get(title)) is not None)
        found = (self.address_before(*links), max(bare, key=_week, default=None))
        return max((issue for issue in found if issue is not None), key=_week, default=None)

    def repeat_of(self, story: Story) -> Printed | None:
        """The latest issue that told this story, by address or by the same headline; None if none did."""
        if (before := self.story_before(story)) is not None:
            return before
        return self.headline_before(story.headline) if _tells(story.headline) else None

    def address_before(self, *links: str) -> Printed | None:
        """The latest issue that printed one of these addresses."""
        found = [
            issue
            for link in links
            if (page := identity(link)) is not None
            for printed_link, issue in self._addresses.get(page, ())
            if same(link, printed_link)
        ]
        return max(found, key=_week, default=None)

    def headline_before(self, headline: str) -> Printed | None:
        """The latest issue that printed exactly this headline."""
        return self._headlines.get(fold(headline)) if fold(headline) else None

    def take_before(self, text: str) -> tuple[Printed, str] | None:
        """The issue that printed this take, and the headline it stood under ("" if apart)."""
        folded = fold(text)
        return self._takes.get(folded) if len(folded) >= TELLING else None

    def topic_before(self, topic: str) -> Printed | None:
        """The latest issue that explained this topic."""
        return self._topics.get(fold(topic)) if fold(topic) else None

    def explained_from(self, path: str) -> bool:
        """Whether an issue took its explainer from this file, whatever the file says now."""
        return bool(path) and any(issue.explainer_path == path for issue in self.issues)

    @property
    def latest(self) -> Reference | None:
        return self.issues[-1].reference if self.issues else None

    @cached_property
    def _addresses(self) -> dict[str, list[tuple[str, Printed]]]:
        found: dict[str, list[tuple[str, Printed]]] = {}
        for issue in self.issues:
            for _, links in issue.stories:
                for link in links:
                    if (page := identity(link)) is not None:
                        found.setdefault(page, []).append((link, issue))
        return found

    @cached_property
    def _headlines(self) -> dict[str, Printed]:
        return {fold(headline): issue for issue in self.issues for headline, _ in issue.stories}

    @cached_property
    def _headlines_alone(self) -> dict[str, Printed]:
        alone = ((headline, issue) for issue in self.issues for headline, links in issue.stories if not links)
        return {fold(headline): issue for headline, issue in alone if _tells(headline)}

    @cached_property
    def _takes(self) -> dict[str, tuple[Printed, str]]:
        return {fold(text): (issue, headline) for issue in self.issues for _, text, headline in issue.takes}

    @cached_property
    def _topics(self) -> dict[str, Printed]:
        return {fold(name): issue for issue in self.issues for name in (*issue.aliases, issue.topic) if fold(name)}


def _tells(headline: str) -> bool:
    """Whether the headline has words enough to be no chance ("Here's the latest")."""
    return len(content_words(headline)) >= _ENOUGH_WORDS


def _week(issue: Printed) -> Week:
    return issue.reference.week
