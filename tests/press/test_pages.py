"""The pages of the site: issues, lists of them, members, sources and terms, and the small ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from newsletter.archive.lists.shelves import around, shelves
from newsletter.model.issue import Credit, Image, Issue, PrintedTake, Reference, TermLink, ToldCorrection
from newsletter.model.shelf import Around, Shelf, ShelvedStory, Shelves, Site
from newsletter.model.theme import HOUSE, Logo
from newsletter.model.week import Week
from newsletter.press import dates
from newsletter.press.render import render
from newsletter.press.site.fragments import inward, shown
from newsletter.press.site.pages import (
    Kind,
    archived_page,
    index_page,
    list_page,
    missing_page,
    shelf_page,
    unsubscribe_page,
    year_page,
)
from tests.press.build import FileTemplates, make_explainer, make_issue, make_site, make_story, make_take, make_wording

TEMPLATES = FileTemplates()
LISTS = ("members", "sources", "terms", "search")
SITE = Site(wording=make_wording(), theme=HOUSE, lists=LISTS)
NOWHERE = make_wording(base_url="")


def make_dated(week: Week, **changes: object) -> Issue:
    given: dict[str, object] = {"week": week, "date": week.monday + timedelta(days=4), "title": f"Issue {week}"}
    return make_issue(**given | changes)


def shelved(issues: Sequence[Issue], corrected: Sequence[str] = ()) -> Shelves:
    return shelves(issues, members=(), corrected=corrected)


def archived(issue: Issue, *others: Issue, corrections: tuple[ToldCorrection, ...] = ()) -> str:
    here = around(issue, shelved([issue, *others]), picture="picture.png", lists=LISTS)
    return archived_page(
        issue, corrections=corrections, around=here, templates=TEMPLATES, site=replace(SITE, wording=issue.wording)
    )


def hrefs(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<a [^>]*?href="([^"]*)"', page)]


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.S)).split())


# An issue --------------------------------------------------------------------------------------------


def test_the_contents_say_how_much_there_is_and_lead_to_it() -> None:
    stories = (
        make_story(takes=(make_take("Yoga"), make_take("Dika"))),
        make_story("Second", id="second", takes=(make_take("Yoga", "word " * 1100),)),
    )

    page = archived(make_issue(stories=stories, apart=(make_take("Rani"),)))

    assert "In this issue 2 stories, 3 voices, 5 min" in words(page)
    assert hrefs(page)[hrefs(page).index("#_explainer") :][:4] == ["#_explainer", "#deepfakes", "#second", "#_apart"]


def test_only_pages_of_lists_carry_the_rules_for_lists() -> None:
    issue = make_issue()
    home = index_page(shelved([issue]), site=SITE, templates=TEMPLATES)

    own, lists = ("".join(re.findall(r"<style>(.*?)</style>", page, re.S)) for page in (archived(issue), home))

    assert ".take{" in own
    assert own.split("@media (max-width")[0].strip() in lists
    for rule in (".year li{", ".columns{", ".search{", ".latest{"):
        assert rule in lists
        assert rule not in own


def test_every_story_and_every_take_can_be_linked_to() -> None:
    stories = (make_story(takes=(make_take("Yoga"), make_take("Yoga"))),)

    page = archived(make_issue(stories=stories, apart=(make_take("Zoé"),)))

    links = re.findall(r'<a class="here" href="#([^"]*)" aria-label="([^"]+)"></a>', page)
    ids = re.findall(r' id="([^"]*)"', page)
    assert [link for link, _ in links] == [
        "_explainer", "deepfakes", "deepfakes--yoga", "deepfakes--yoga-2", "_apart--zo%C3%A9",
    ]  # fmt: skip
    assert {"_explainer", "deepfakes", "deepfakes--yoga", "deepfakes--yoga-2", "_apart--zoé"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_names_and_sources_lead_to_their_pages_in_the_archive() -> None:
    story = make_story(source="Byte & Line", takes=(make_take("Yoga", author_link="https://yoga.example.com/"),))

    page = archived(make_issue(stories=(story,)))

    assert '<strong class="voice"><a href="../../members/yoga/index.html">Yoga</a></strong>: “I would' in page
    assert '<a href="../../sources/byte-and-line/index.html">Byte &amp; Line</a>' in page
    assert "yoga.example.com" not in page


def test_without_a_page_of_their_own_a_name_leads_where_its_owner_says_and_a_source_nowhere() -> None:
    story = make_story(
        takes=(
            make_take("Yoga", author_link="https://yoga.example.com/"),
            make_take("Dika", author_link="javascript:x"),
        )
    )

    page = archived_page(make_issue(stories=(story,)), around=Around(), templates=TEMPLATES)

    assert '<a href="https://yoga.example.com/">Yoga</a>' in page
    assert '<strong class="voice">Dika</strong>' in page
    assert "../../sources" not in page


def test_an_issue_leads_to_those_beside_it_and_to_this_week_in_past_years() -> None:
    issue, before, after = (make_dated(Week(2024, n)) for n in (23, 22, 24))
    old = make_dated(Week(2021, 23), slug="june: ünder", imported="x.md")

    page = archived(issue, before, after, old)

    assert '<a href="../../issues/2024-W22/index.html" rel="prev">Issue 2024-W22</a>' in page
    assert '<a href="../../issues/2024-W24/index.html" rel="next">Issue 2024-W24</a>' in page
    assert "This week in past years Issue 2021-W23" in words(page)
    assert "../../issues/june%3A%20%C3%BCnder/index.html" in hrefs(page)


def test_a_previous_issue_that_the_archive_lacks_is_linked_where_it_is() -> None:
    lost = Reference(week=Week(2024, 22), title="The one before", link="https://old.example.com/22")

    page = archived(make_issue(previous=lost))

    assert '<a rel="prev" href="https://old.example.com/22">The one before</a>' in page


def test_links_to_issues_of_the_archive_stay_inside_it_and_the_page_s_own_address_does_not() -> None:
    base = "https://pulse.example.com/issues"
    text = f"See [a]({base}/2024-W20/#_apart), [b]({base}/2024-W21), [gone]({base}/1999-W01/)."
    issue = make_dated(
        Week(2024, 23),
        intro=text,
        terms=(TermLink(term="status meetings", link=f"{base}/2024-W21/", title="Meetings"),),
    )

    page = archived(issue, make_dated(Week(2024, 20)), make_dated(Week(2024, 21)))

    assert '<a href="../../issues/2024-W20/index.html#_apart">a</a>' in page
    assert '<a href="../../issues/2024-W21/index.html">b</a>' in page
    assert f'<a href="{base}/1999-W01/">gone</a>' in page
    assert f'<link rel="canonical" href="{base}/2024-W23/">' in page


def test_terms_are_linked_to_where_they_are_explained_inside_the_archive() -> None:
    link = "https://pulse.example.com/issues/2024-W21/"
    issue = make_dated(Week(2024, 23), terms=(TermLink(term="status meetings", link=link, title="Meetings, Week #21"),))

    page = archived(issue, make_dated(Week(2024, 21)))

    assert '<a href="../../issues/2024-W21/index.html" title="Meetings, Week #21">status meetings</a>' in page


def test_an_issue_introduces_itself_where_it_has_an_address() -> None:
    issue = make_issue(title='Week "1" & more', slug="a b")

    page = archived(issue)

    address = "https://pulse.example.com/issues/a%20b/"
    told = {
        name: unescape(value)
        for name, value in re.findall(r'<meta (?:property|name)="([^"]*)" content="([^"]*)">', page)
    }
    assert told == {
        "viewport": "width=device-width,initial-scale=1",
        "description": "Numbers you may download.",
        "og:type": "article",
        "og:title": 'Week "1" & more',
        "og:description": "Numbers you may download.",
        "og:url": address,
        "og:site_name": "Tech Pulse",
        "article:published_time": "2024-06-07",
        "og:image": f"{address}picture.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": 'Tech Pulse: Week "1" & more',
        "twitter:card": "summary_large_image",
    }
    assert f'<link rel="canonical" href="{address}">' in page
    assert re.findall(r'rel="alternate" type="([^"]*)"', page) == [
        "text/markdown", "application/atom+xml", "application/feed+json",
    ]  # fmt: skip


def test_an_issue_without_an_address_names_none() -> None:
    page = archived(make_issue(wording=NOWHERE))

    assert not re.search(r"og:|canonical|feed\.|twitter", page)


def test_corrections_stand_on_top_newest_first_and_in_the_metadata() -> None:
    told = [
        ToldCorrection(reference=Reference(week=Week(2024, 23), title="T"), day=date(2024, 6, day), text=f"Day {day}.")
        for day in (9, 12)
    ]

    page = archived(make_issue(), corrections=tuple(told))

    assert page.index("Day 12.") < page.index("Day 9.") < page.index('class="tldr"')
    assert '<meta property="article:modified_time" content="2024-06-12">' in page


def test_an_imported_issue_bears_its_day_and_no_week_of_ours() -> None:
    page = archived(make_issue(slug="post", imported="_posts/post.md", title="Week #99 2024"))

    assert '<p class="when"><time datetime="2024-06-07">7 June 2024</time></p>' in page
    assert "Week 23" not in page


def test_a_preview_stands_alone() -> None:
    before = Reference(week=Week(2024, 22), title="Before", link="https://pulse.example.com/issues/2024-W22/")

    page = render(make_issue(previous=before), templates=TEMPLATES).page

    assert [link for link in hrefs(page) if not link.startswith(("#", "https://"))] == []
    assert "https://pulse.example.com/issues/2024-W22/" in hrefs(page)
    assert "<nav aria-label" not in page


def test_the_archive_wears_the_present_name_and_look() -> None:
    dark = replace(HOUSE.light, accent="#7a1fa2")
    logo = Logo(path="images/l ogo.png", name="l ogo.png", width=120, height=40, sha256="0" * 64)
    site = Site(wording=make_wording(name="Now & Then"), theme=replace(HOUSE, light=dark, logo=logo), lists=("terms",))

    page = archived_page(make_issue(), around=Around(), templates=TEMPLATES, site=site)

    assert "--accent:#7a1fa2" in page
    assert '<img src="../../l%20ogo.png" alt="Now &amp; Then" width="120" height="40">' in page
    assert "Week #23 2024 - Open-Weight Models · Now &amp; Then</title>" in page
    assert [link for link in hrefs(page) if link.startswith("../../")] == ["../../index.html"] * 2 + [
        "../../terms/index.html", "../../feed.xml", "../../news.xml", "../../explainers.xml",
    ]  # fmt: skip


def test_a_page_has_no_script_no_inline_style_and_asks_no_other_host_for_anything() -> None:
    body = "## A\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n![far](https://far.example.com/p.png) ![near](images/n.png)"
    near = Image(
        typed="images/n.png", path="x/images/n.png", name="images/n.png", width=640, height=400, sha256="0" * 64
    )
    issue = make_issue(explainer=make_explainer(body), images=(near,), intro="![pixel](https://far.example.com/1.gif)")

    page = archived(issue)

    assert not re.search(r"<script|<[^>]* style=|<iframe|<link [^>]*stylesheet|@import|url\(", page)
    assert re.findall(r'<img [^>]*src="([^"]*)"[^>]*>', page) == ["images/n.png"]
    assert '<img src="images/n.png" alt="near" width="640" height="400" loading="lazy" decoding="async">' in page
    assert '<a href="https://far.example.com/p.png">far</a>' in page
    assert '<th class="right" scope="col">' in page or '<th scope="col" class="right">' in page


def test_tables_scroll_in_a_box_that_is_named_by_its_columns_and_takes_the_focus() -> None:
    page = str(
        shown('<table><thead><tr><th>A "b"</th><th><em>C</em></th></tr></thead><tbody></tbody></table><pre>x</pre>')
    )

    assert page.startswith(
        '<div class="scroll" role="group" tabindex="0" aria-label="Table: A &quot;b&quot;, C"><table>'
    )
    assert page.endswith('</table></div><pre tabindex="0">x</pre>')


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (
            '<a href="https://a.example/"><img src="https://b.example/x" alt="w"></a>',
            '<a href="https://a.example/">w</a>',
        ),
        ('<img alt="<img src=x>" src="//b.example/x">', '<a href="//b.example/x">&lt;img src=x&gt;</a>'),
        ('<img src="https://b.example/x">', '<a href="https://b.example/x">Image</a>'),
        ('<p title="<img src=x>">y</p>', '<p title="<img src=x>">y</p>'),
    ],
)
def test_an_image_of_another_host_becomes_a_link_to_it(fragment: str, expected: str) -> None:
    assert str(shown(fragment)) == expected


def test_only_links_of_running_text_are_led_inside() -> None:
    page = '<link href="https://p.example/issues/a/"><a title="x" href="https://p.example/issues/a/index.html#b">c</a>'

    led = inward(page, "https://p.example", ["a"], root="../")

    assert led == '<link href="https://p.example/issues/a/"><a title="x" href="../issues/a/index.html#b">c</a>'


# Lists -----------------------------------------------------------------------------------------------


def test_the_first_page_shows_the_latest_issue_then_two_years_and_the_way_to_all() -> None:
    weeks = (Week(2024, 9), Week(2025, 1), Week(2024, 23), Week(2025, 2), Week(2023, 5), Week(2022, 5))
    issues = [make_dated(week) for week in weeks]

    page = index_page(shelved(issues, corrected=["2024-W23"]), site=SITE, templates=TEMPLATES)

    assert [link for link in hrefs(page) if link.startswith(("issues/", "years/"))] == [
        "issues/2025-W02/index.html",
        "years/2025/index.html",
        "issues/2025-W01/index.html",
        "years/2024/index.html",
        "issues/2024-W23/index.html",
        "issues/2024-W09/index.html",
        *(f"years/{year}/index.html" for year in (2025, 2024, 2023, 2022)),
    ]
    assert "Latest issue Issue 2025-W02 10 January 2025 · 1 story · 1 take" in words(page)
    assert "Issue 2024-W23 corrected" in words(page)


def test_the_first_page_names_those_with_most_and_how_many_there_are() -> None:
    stories = tuple(make_story(f"S{n}", id=f"s{n}", source=f"Source {n:02}") for n in range(20))
    issues = [make_dated(Week(2024, 1), stories=stories), make_dated(Week(2024, 2), stories=stories[-1:])]

    page = index_page(shelved(issues), site=SITE, templates=TEMPLATES)

    assert "sources/source-19/index.html" in hrefs(page)
    assert "sources/source-18/index.html" not in hrefs(page)
    assert "All 20 sources" in words(page)


def test_a_first_page_without_issues_says_so() -> None:
    assert "No issue has been sent yet." in index_page(Shelves(), site=make_site(), templates=TEMPLATES)


def test_the_first_page_of_two_hundred_issues_stays_small() -> None:
    issues = [make_dated(Week(2023, 1).after(n), title=f"Week - {'A rather long topic ' * 4}") for n in range(200)]

    page = index_page(shelved(issues), site=SITE, templates=TEMPLATES)

    assert len(page.encode()) < 60_000


def test_a_year_lists_its_issues_and_leads_to_the_years_that_have_any() -> None:
    issues = [make_dated(week) for week in (Week(2021, 1), Week(2023, 2), Week(2023, 53 - 1), Week(2026, 53))]

    page = year_page(2023, shelved(issues), site=SITE, templates=TEMPLATES)

    assert [link for link in hrefs(page) if "issues/" in link] == [
        "../../issues/2023-W52/index.html", "../../issues/2023-W02/index.html",
    ]  # fmt: skip
    assert ('rel="prev" href="../2021/index.html"' in page, 'rel="next" href="../2026/index.html"' in page) == (
        True,
        True,
    )


@pytest.mark.parametrize("kind", ["members", "sources", "terms"])
def test_a_long_list_stands_by_initials_and_a_short_one_does_not(kind: Kind) -> None:
    names = ["Émile", "écho", "7up", "🧨", "日本", *(f"Name {n:03}" for n in range(100))]
    shelf = [Shelf(slug=f"s{n}", name=name) for n, name in enumerate(names)]
    long, short = (Shelves(members=tuple(some), sources=tuple(some), terms=tuple(some)) for some in (shelf, shelf[:9]))

    by_initial = list_page(kind, long, site=SITE, templates=TEMPLATES)

    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", by_initial) == ["0–9", "E", "N", "日", "…"]
    assert f'<a href="../{kind}/s0/index.html">Émile</a>' in by_initial
    assert "<h2" not in list_page(kind, short, site=SITE, templates=TEMPLATES)


def make_shelf(*takes: PrintedTake, **changes: object) -> Shelf:
    story = ShelvedStory(
        reference=Reference(week=Week(2024, 23), title="Issue 23", slug="post"),
        day=date(2024, 6, 7),
        headline="Deepfakes <attend>",
        link="https://byteline.example.com/d",
        source="Byteline",
        anchor="deep fakes",
        takes=takes,
    )
    given: dict[str, object] = {"slug": "yoga", "name": "Yoga", "stories": (story,)}
    return Shelf(**given | changes)  # type: ignore[arg-type]


def test_a_member_s_page_has_takes_in_full_with_the_way_to_the_issue_and_to_the_original() -> None:
    shelf = make_shelf(make_take("Yoga", "I **would**.\n\n- one"), link="https://yoga.example.com/")

    page = shelf_page("members", shelf, site=SITE, templates=TEMPLATES)

    assert "1 take · 1 issue · yoga.example.com/" in words(page)
    assert '<h3><a href="../../issues/post/index.html#deep%20fakes">Deepfakes &lt;attend&gt;</a></h3>' in page
    assert '<a href="https://byteline.example.com/d">Byteline</a>' in page
    assert "<p>I <strong>would</strong>.</p>\n<ul>" in page


def test_a_term_s_page_tells_where_it_is_explained_and_who_speaks_of_it() -> None:
    explained = (Reference(week=Week(2024, 3), title="Issue 3"),)
    shelf = make_shelf(
        make_take("Yoga"), make_take("Yoga"), make_take("Dika"), name="RAG", also=("grounding",), explained=explained
    )

    page = shelf_page("terms", shelf, site=SITE, templates=TEMPLATES)

    assert "RAG 3 takes · 1 story · 1 issue Also: grounding Explained in Issue 3" in words(page)
    assert "Issue 23 · Byteline · Yoga, Dika" in words(page)
    assert "I would send" not in page


def test_a_source_s_page_dates_its_stories() -> None:
    page = shelf_page("sources", make_shelf(name="Byteline"), site=SITE, templates=TEMPLATES)

    assert "2024 7 June 2024 Deepfakes <attend> Issue 23 · Original" in words(page)


def test_what_stands_apart_is_named_by_its_corner() -> None:
    shelf = make_shelf(make_take("Yoga"))
    apart = replace(shelf, stories=(replace(shelf.stories[0], headline="", link="", source="", anchor="_apart--yoga"),))

    page = shelf_page("members", apart, site=SITE, templates=TEMPLATES)

    assert '<a href="../../issues/post/index.html#_apart--yoga">Also from the team</a>' in page


def test_takes_on_a_member_s_page_lead_inside_the_archive() -> None:
    take = make_take("Yoga", "As [then](https://pulse.example.com/issues/2023-W01/).")
    issues = [make_dated(Week(2024, 1), stories=(make_story(takes=(take,)),)), make_dated(Week(2023, 1), stories=())]

    page = shelf_page("members", shelved(issues).members[0], site=SITE, templates=TEMPLATES)

    assert '<a href="../../issues/2023-W01/index.html">then</a>' in page


def test_hostile_words_stay_words_on_every_page() -> None:
    bad = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    story = make_story(
        bad,
        source=bad,
        summary=bad,
        link="javascript:alert(3)",
        takes=(make_take(bad, bad, tags=(bad,)),),
        also_covered=(Credit(source=bad, link="javascript:x"),),
    )
    wording = make_wording(name=bad, tagline=bad, news_heading=bad)
    issue = make_issue(
        title=bad,
        preheader=bad,
        wording=wording,
        explainer=make_explainer(bad, title=bad, tags=(bad,), aliases=(bad,)),
        stories=(story,),
        topic=bad,
    )
    found, site = shelved([issue]), replace(SITE, wording=wording)
    pages = [
        archived(issue),
        index_page(found, site=site, templates=TEMPLATES),
        year_page(2024, found, site=site, templates=TEMPLATES),
        missing_page(site, templates=TEMPLATES),
    ]
    kinds: tuple[tuple[Kind, tuple[Shelf, ...]], ...] = (
        ("members", found.members),
        ("sources", found.sources),
        ("terms", found.terms),
    )
    for kind, some in kinds:
        pages.append(list_page(kind, found, site=site, templates=TEMPLATES))
        pages += [shelf_page(kind, shelf, site=site, templates=TEMPLATES) for shelf in some]

    assert len(pages) == 10
    assert [page for page in pages if re.search(r'<script|<img[^>]*onerror|"javascript:', page)] == []
    assert [link for page in pages for link in hrefs(page) if ":" in link and not link.startswith("https://")] == []


# Pages that stand by themselves ------------------------------------------------------------------------


def test_the_missing_page_has_only_absolute_links() -> None:
    page = missing_page(SITE, templates=TEMPLATES)

    assert {link.startswith("https://pulse.example.com/") for link in hrefs(page) if link != "#_main"} == {True}
    assert "https://pulse.example.com/search/index.html" in hrefs(page)


def test_the_missing_page_of_a_site_without_an_address_leads_to_the_list_alone() -> None:
    page = missing_page(replace(SITE, wording=NOWHERE), templates=TEMPLATES)

    assert hrefs(page) == ["#_main", "index.html"]


def test_the_way_out_asks_once_and_posts() -> None:
    page = unsubscribe_page(make_site(), templates=TEMPLATES, action='/u/a"b', state="ask")

    assert '<form method="post" action="/u/a&#34;b">' in page
    assert page.count("<button") == 1


@pytest.mark.parametrize(("state", "said"), [("done", "You are unsubscribed."), ("unknown", "not one of ours")])
def test_after_the_way_out_there_is_nothing_left_to_press(state: str, said: str) -> None:
    page = unsubscribe_page(make_site(), templates=TEMPLATES, action="/u/x", state=state)  # type: ignore[arg-type]

    assert said in page
    assert "<button" not in page


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (Week(2024, 23), "3–9 June 2024"),
        (Week(2024, 18), "29 April – 5 May 2024"),
        (Week(2025, 1), "30 December 2024 – 5 January 2025"),
    ],
    ids=["one month", "two months", "two years"],
)
def test_a_week_is_named_by_its_monday_and_sunday(week: Week, said: str) -> None:
    assert dates.span(week) == said
