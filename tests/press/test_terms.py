"""The first mention of a known term leads to its page, in every rendition, and nothing else changes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from newsletter.model.issue import Issue, Renditions, TermLink
from newsletter.press.linking.terms import with_term_links
from newsletter.press.prose.markdown import to_html
from newsletter.press.prose.safe_markdown import harmless
from newsletter.press.render import render
from tests.press.build import FileTemplates, make_explainer, make_issue, make_story, make_take

_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_OURS = re.compile(r'<a href="https://pulse\.example\.com/issues/[^"]*" title="[^"]*">(.*?)</a>', re.S)


def make_term(term: str, page: str = "", **more: str) -> TermLink:
    name = page or re.sub(r"\W+", "-", term.lower())
    return TermLink(
        **{"term": term, "link": f"https://pulse.example.com/issues/{name}/", "title": f"{term}, Week #5 2024", **more}
    )


def linked(text: str, *terms: str | TermLink) -> str:
    """An issue's opening words with links, each written as {the words|the page}."""
    known = tuple(make_term(t) if isinstance(t, str) else t for t in terms)
    intro = with_term_links(make_issue(intro=text, explainer=None, stories=(), terms=known)).intro
    return re.sub(r"\[([^\]]*)\]\(https://pulse\.example\.com/issues/([\w-]+)/ '[^']*'\)", r"{\1|\2}", intro)


def press(issue: Issue) -> Renditions:
    return render(issue, templates=FileTemplates())


FOUND = {
    "as written": ("We use RAG here.", "RAG", "We use {RAG|rag} here."),
    "first only": ("RAG, and RAG.", "RAG", "{RAG|rag}, and RAG."),
    "plural": ("Two LLMs met.", "LLM", "Two {LLMs|llm} met."),
    "singular": ("a vector database", "Vector Databases", "a {vector database|vector-databases}"),
    "owned": ("The agent's aim", "Agent", "The {agent's|agent} aim"),
    "other case": ("Mixture Of Experts", "mixture of experts", "{Mixture Of Experts|mixture-of-experts}"),
    "title case": ("few-shot learning", "Few-Shot Learning", "{few-shot learning|few-shot-learning}"),
    "hyphen or blank": ("open weight models", "Open-Weight Models", "{open weight models|open-weight-models}"),
    "line break": ("the open-weight\nmodels", "Open-Weight Models", "the {open-weight\nmodels|open-weight-models}"),
    "emphasis": ("a **RAG** _agent_", "RAG", "a **{RAG|rag}** _agent_"),
    "underscores": ("an _agent_ went", "Agent", "an _{agent|agent}_ went"),
    "end of a sentence": ("We like RAG.", "RAG", "We like {RAG|rag}."),
    "signs": ("We write C++ now", "C++", "We write {C++|c-} now"),
    "Japanese": ("今週の大規模言語モデル。", make_term("大規模言語モデル", "l"), "今週の{大規模言語モデル|l}。"),
    "Latin among Japanese": ("これはRAGです", "RAG", "これは{RAG|rag}です"),
    "after code": ("`RAG` is RAG", "RAG", "`RAG` is {RAG|rag}"),
    "after a heading": ("# RAG\n\nRAG is new", "RAG", "# RAG\n\n{RAG|rag} is new"),
    "table": ("| a | b |\n|---|---|\n| RAG | x |", "RAG", "| a | b |\n|---|---|\n| {RAG|rag} | x |"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "term", "expected"), FOUND.values(), ids=FOUND.keys())
def test_a_mention_is_linked(text: str, term: str | TermLink, expected: str) -> None:
    assert linked(text, term) == expected


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a rag on the floor", "RAG"),
        ("fragment", "RAG"),
        ("RAG-based", "RAG"),
        ("non-RAG", "RAG"),
        ("and/RAG, RAG/and", "RAG"),
        ("@RAG #RAG RAG@home", "RAG"),
        ("Use Node.js.", "Node"),
        ("example.rag", "rag"),
        ("my_RAG_tool", "RAG"),
        ("GPT-4.5 came", "GPT-4"),
        ("RAG(x)", "RAG"),
        ("`RAG`", "RAG"),
        ("```\nRAG\n```", "RAG"),
        ("a\n\n    RAG\n", "RAG"),
        ("## RAG", "RAG"),
        ("RAG\n===", "RAG"),
        ("[RAG explained](https://a.example/)", "RAG"),
        ("[see `x` RAG](https://a.example/)", "RAG"),
        ("[RAG][1]\n\n[1]: https://a.example/ 'RAG'", "RAG"),
        ("![RAG](https://a.example/i.png)", "RAG"),
        ("https://a.example/RAG and <https://a.example/?RAG>", "RAG"),
        ("<abbr title='x'>RAG</abbr>", "RAG"),
        ("<a href='https://a.example/'>the RAG</a>", "RAG"),
        ("<h3>RAG</h3>", "RAG"),
        ("<!-- RAG -->", "RAG"),
        ("<script>RAG</script>", "RAG"),
        ("Wow!RAG", "RAG"),
        ("- - -", "-"),
    ],
)
def test_what_is_no_mention_stays_as_typed(text: str, term: str) -> None:
    assert linked(text, term) == text


def test_the_longest_term_wins_and_a_term_within_another_is_not_its_mention() -> None:
    terms = ("agents", "AI agents", "AI agents that plan")

    assert linked("AI agents that plan; AI agents; agents", *terms) == (
        "{AI agents that plan|ai-agents-that-plan}; {AI agents|ai-agents}; {agents|agents}"
    )
    assert linked("AI agents and AI agents and agents", "agents", "AI agents").endswith(
        " and AI agents and {agents|agents}"
    )


def test_a_page_is_linked_once_whatever_its_terms() -> None:
    terms = (make_term("retrieval-augmented generation", "rag"), make_term("RAG", "rag"))

    assert linked("RAG is retrieval-augmented generation.", *terms) == ("{RAG|rag} is retrieval-augmented generation.")


def test_a_page_that_the_author_links_is_left_to_the_author() -> None:
    text = "RAG is [explained](https://pulse.example.com/issues/rag/)."

    assert linked(text, "RAG") == linked(text) == "RAG is [explained](https://pulse.example.com/issues/rag/)."


def test_the_first_mention_in_reading_order_is_linked_and_titles_never() -> None:
    issue = make_issue(
        title="RAG", subject="RAG", preheader="RAG", intro="No news.",
        explainer=make_explainer("The body has RAG and LoRA.", title="RAG", subtitle="RAG", tldr="All of MCP."),
        stories=(make_story("RAG", summary="LoRA", takes=(make_take(text="MCP, DPO"), make_take("A", "DPO, RLHF"))),),
        apart=(make_take(text="RLHF, SFT"),),
        terms=tuple(make_term(name) for name in ("RAG", "LoRA", "MCP", "DPO", "RLHF", "SFT")),
    )  # fmt: skip

    made = with_term_links(issue)

    assert [t.count("](") for t in (made.explainer.tldr, made.explainer.body) if made.explainer] == [1, 2]
    assert [take.text.count("](") for take in (*made.stories[0].takes, *made.apart)] == [1, 1, 1]
    assert made.stories[0].takes[0].text.startswith("MCP, [DPO](")
    assert replace(made, explainer=issue.explainer, stories=issue.stories, apart=issue.apart) == issue


def test_every_rendition_links_the_same_mentions() -> None:
    issue = make_issue(
        explainer=make_explainer("## RAG\n\nWe like RAG."),
        stories=(make_story(takes=(make_take(text='An "agent" with RAG.'),)),),
        terms=(make_term("RAG"), make_term("agent")),
    )

    made = press(issue)

    for html in (made.page, made.email_html):
        anchors = re.findall(r'We like <a href="([^"]*)" title="RAG, Week #5 2024"', html)
        assert anchors == ["https://pulse.example.com/issues/rag/"]
        assert html.count("/issues/rag/") == html.count("/issues/agent/") == 1
    assert "We like [RAG](https://pulse.example.com/issues/rag/ 'RAG, Week #5 2024')." in made.markdown
    assert "We like RAG [1].\n\n[1] https://pulse.example.com/issues/rag/\n" in made.email_text
    assert 'Yoga: “An "agent [1]" with RAG.”' in made.email_text


def test_an_issue_without_terms_is_rendered_as_before() -> None:
    issue = make_issue(explainer=make_explainer("We like RAG."))

    assert with_term_links(issue) is issue
    assert press(replace(issue, terms=(make_term("nowhere"),))) == press(issue)


def test_a_link_changes_neither_the_quotation_marks_nor_the_minutes() -> None:
    term = make_term("agent", title='The "Agent", 5')
    body = "word " * 325 + "agent"
    issue = make_issue(explainer=make_explainer(body), stories=(make_story(takes=(make_take(text="No fuss."),)),))

    plain, made = press(issue), press(replace(issue, terms=(term, make_term("fuss", title="“Fuss”"))))

    assert "1 min read" in plain.page
    assert "1 min read" in made.page
    assert "Yoga: \"No [fuss](https://pulse.example.com/issues/fuss/ 'Fuss').\"" in made.markdown


@pytest.mark.parametrize(
    "term",
    [
        make_term("RAG", link="javascript:alert(1)"),
        make_term("RAG", link="https://a.example/x' onclick='y"),
        make_term("RAG", link="ftp://a.example/"),
        make_term("RAG", link=""),
    ],
    ids=["script", "quote", "scheme", "nothing"],
)
def test_an_address_that_must_not_be_printed_links_nothing(term: TermLink) -> None:
    assert linked("We like RAG.", term) == "We like RAG."


def test_a_title_of_any_kind_stays_a_title() -> None:
    term = make_term("RAG", title="""</a><script>'"` | [x](y) \\ *b* & (so)""")

    made = press(make_issue(explainer=make_explainer("| a | b |\n|---|---|\n| RAG | x |"), terms=(term,)))

    assert "<script" not in made.page + made.email_html + made.markdown
    assert 'title="/a script x (y) *b* &amp; (so)">RAG</a></td>' in made.page


_PIECES = [
    *"RAG agents agent's word a * ** _ ` [ ] ( ) [x] [RAG] - 1. > # --- ! \\ <u> </u> &amp; : . , ' \" “".split(),
    "RAG", "few-shot  learning", "few-shot\nlearning", "\n\n", "\n", "\n===\n", "\n| a | b |\n|---|---|\n| RAG | x |\n",
    "https://a.example/RAG", "[RAG](https://a.example/)", "`RAG`", "\n```\nRAG\n```\n", "\n> ~~~\n> RAG\n> ~~~\n",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), min_size=3, max_size=20))
def test_links_are_all_that_changes_for_whoever_reads_the_text(pieces: list[str]) -> None:
    text = " ".join(pieces)
    terms = tuple(make_term(name) for name in ("RAG", "agent", "few-shot learning"))

    made = with_term_links(make_issue(intro=text, explainer=None, stories=(), terms=terms)).intro

    for read in (to_html, lambda typed: _READER.render(harmless(typed))):
        assert _plain(read(made)) == _plain(read(text))
    assert len(_OURS.findall(to_html(made))) == made.count("pulse.example.com/issues/")


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", _OURS.sub(r"\1", html))


def test_each_of_many_terms_is_linked_once_in_a_long_text() -> None:
    terms = tuple(make_term(f"term{n} of art") for n in range(200))
    body = "\n\n".join(f"A sentence of some words about term{n} of art and others. " * 3 for n in range(200))

    made = with_term_links(make_issue(explainer=make_explainer(body), terms=terms)).explainer

    assert made is not None
    assert all(made.body.count(f"({term.link} ") == 1 for term in terms)
