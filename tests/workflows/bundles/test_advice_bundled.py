"""A bundle of a ruling carries the advice its board had: verified, readable, and erasable."""

from io import BytesIO
from pathlib import Path

import pytest

from api.bundling import key_of, signed_of
from api.signing import sign_once
from domain.erasure import ErasePerson
from tests.story import Story
from tests.workflows.bundles.bundled import RULING, Outsider, opened
from tests.workflows.test_advice import AGAINST, HEARING, by
from workflows.bundles.gathering import Recipient, gather
from workflows.bundles.packing import write_bundle
from workflows.store.evidence import Evidence


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A ruling before which the legal department and Dora were heard."""
    story = Story(tmp_path / "data").governed(HEARING)
    review = story.opened(story.ready("APX-1"))
    story.presented(review, advice=(AGAINST, by(story, "dora", "The soil is <good>.")))
    for name in ("ana", "ben", "cem"):
        story.voted(review, name, "go")
    story.ruled(review)
    story.house.views.catch_up()
    return story


def bundle(story: Story, data: Path, recipient: Recipient) -> dict[str, bytes]:
    sign_once(data, data / "signer")
    content = BytesIO()
    found = gather(story.house.log, Evidence(data), signed_of(data), RULING, recipient)
    write_bundle(found, key_of(data), Evidence(data), content)
    return opened(content.getvalue())


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        (
            "shown",
            "legal|advises against|The permit is void. dora|supports|The soil is &lt;good&gt;.",
        ),
        (
            "erased",
            "legal|advises against|The permit is void. DORA|supports|not held or not shown",
        ),
        (
            "closed",
            "legal|advises against|not held or not shown DORA|supports|not held or not shown",
        ),
    ],
)
def test_its_report_shows_the_advice_and_it_verifies(
    story: Story, tmp_path: Path, case: str, rows: str
) -> None:
    data, dora = tmp_path / "data", story.person("dora")
    if case == "erased":
        story.house.privacy.erase(dora, ErasePerson(basis="GDPR"), story.act("founder"))
    files = bundle(story, data, Recipient(private=case != "closed"))
    told = files["report.html"].decode().partition("Advice in the pack")[2].partition("</table>")[0]
    cells = told.replace("</td><td>", "|").replace("</td></tr><tr><td>", " ")
    assert rows.replace("DORA", dora) in cells
    outsider = tmp_path / "outside"
    outsider.mkdir()
    code, said = Outsider(outsider, key_of(data)).verify(files)
    assert (code, "VERIFIED" in said) == (0, True), said
