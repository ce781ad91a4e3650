"""Which explainers the week's news calls for: names whole, words in pairs, rare ones before common ones."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.desk.radar import Echo, WeekNews, echoes
from newsletter.desk.vectors import count_titles
from newsletter.model.issue import Explainer, Placement
from tests.desk.builders import make_explainer, make_ranked, make_story, make_take

WINDOW = make_explainer(
    "What a Context Window Holds",
    path="issues/explainers/window.md",
    aliases=("token limit",),
    tags=("tokens",),
    body="The window is counted in tokens. A window has an end; what the window does not hold is gone. Tokens, tokens.",
)
BITS = make_explainer(
    "How Quantization Shrinks a Model", path="issues/explainers/bits.md", aliases=("4-bit model",), body="Fewer bits."
)
BACKLOG = (WINDOW, BITS)
OTHERS = (
    "Ministers open a bridge over the sound",
    "Windows update stalls on older laptops",
    "A library answers offline",
    "Harvest comes early in the north",
)


def heard(*headlines: str, summary: str = "", among: Sequence[str] = OTHERS) -> WeekNews:
    told = [*(make_story(headline, summary=summary) for headline in headlines), *map(make_story, among)]
    return WeekNews(ranked=make_ranked(*told), terms=count_titles(story.headline for story in told))


def closest(news: WeekNews, backlog: Sequence[Explainer] = BACKLOG) -> Echo:
    return echoes(backlog, news)[0]


def test_a_name_that_stands_whole_in_a_headline_is_heard() -> None:
    echo = closest(heard("Lumen doubles the token limit", "Quill lowers its token limit"))

    assert echo.explainer == WINDOW
    assert echo.because == "2 stories say token limit"


def test_a_single_word_of_a_longer_name_says_nothing() -> None:
    found = echoes((WINDOW,), heard("The limit of patience is reached in the courts"))

    assert (found[0].nearness, found[0].terms, found[0].because) == (0.0, (), "")


def test_two_rare_words_of_the_topic_are_heard_in_any_order() -> None:
    echo = closest(heard("Its window of context grows fourfold"))

    assert echo.explainer == WINDOW
    assert echo.stories == 1
    assert set(echo.terms) == {"context", "window"}


def test_what_a_summary_says_is_heard() -> None:
    assert (
        closest(heard("Lumen answers at length", summary="It charges by tokens now.")).because == "1 story says tokens"
    )


def test_what_a_take_says_is_heard_and_weighs_more() -> None:
    story = make_story("Lumen answers at length")
    take = make_take("#lumen-answers-length", "They halve it by quantization, and nobody noticed.")
    placed = Placement(take=take, outcome="attached", story=story.id)
    news = WeekNews(
        ranked=make_ranked(story, "Quill sells tokens by the dozen", *OTHERS),
        placements=(placed,),
        terms=count_titles(OTHERS),
    )

    assert [echo.explainer for echo in echoes((WINDOW, BITS), WeekNews(ranked=news.ranked))] == [WINDOW, BITS]
    assert closest(news, (make_explainer("Quantization", path="issues/explainers/z.md"), WINDOW)).explainer.title == (
        "Quantization"
    )


def test_a_story_that_only_a_take_brought_is_heard() -> None:
    own = make_story("A laboratory counts tokens", proposed=False)
    placed = Placement(take=make_take("", "Worth an evening."), outcome="own", story=own.id)

    assert closest(WeekNews(placements=(placed,), own=(own,))).because == "1 story says tokens"


def test_a_rare_term_weighs_more_than_one_that_everybody_says() -> None:
    common, rare = make_explainer("Laptops", path="issues/a.md"), make_explainer("Quantization", path="issues/b.md")
    laptops = [f"Laptops of maker {n} are late" for n in range(6)]

    found = {echo.explainer: echo for echo in echoes((common, rare), heard("Lumen tries quantization", among=laptops))}

    assert (found[common].stories, found[rare].stories) == (6, 1)
    assert found[common].nearness / 6 < found[rare].nearness


def test_a_name_that_every_explainer_bears_tells_them_apart_no_more() -> None:
    shared = [make_explainer(title, tags=("language models",)) for title in ("Zeta", "Alpha", "Mu")]
    alone = make_explainer("Beta", tags=("twins",))

    found = echoes((*shared, alone), heard("Language models learn to wait", "Twins sit in a meeting"))

    assert found[0].explainer == alone


def test_without_anything_in_common_the_first_by_path_comes_first() -> None:
    two = (
        make_explainer("Zeta", path="issues/explainers/2024-05-zeta.md"),
        make_explainer("Alpha", path="issues/z.md"),
    )

    assert [echo.explainer.title for echo in echoes(two[::-1], heard())] == ["Zeta", "Alpha"]
    assert [echo.explainer.title for echo in echoes(two, WeekNews())] == ["Zeta", "Alpha"]


def test_the_order_of_backlog_and_news_changes_nothing() -> None:
    news = heard("Lumen doubles the token limit", "Its window of context grows")
    turned = WeekNews(ranked=news.ranked[::-1], terms=news.terms)

    assert echoes(BACKLOG, news) == echoes(BACKLOG[::-1], news)
    assert {(e.explainer.path, e.stories) for e in echoes(BACKLOG, turned)} == {
        (e.explainer.path, e.stories) for e in echoes(BACKLOG, news)
    }


def test_code_and_addresses_in_an_explainer_are_no_words_of_it() -> None:
    body = "```\nharvest harvest harvest north north north\n```\n[north](https://harvest.example/north/harvest)"

    found = echoes((make_explainer("Zeta", body=body),), heard())

    assert found[0].stories == 0


def test_an_opener_in_a_title_belongs_to_no_topic() -> None:
    federated = make_explainer("Introduction to Federated Learning")

    assert closest(heard("Hospitals try federated learning"), (federated,)).because == "1 story says Federated Learning"
