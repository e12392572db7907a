"""Exports of an office with restricted projects: what is in them, what they say is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.export_files import read_export
from api.export_table import Table, complaints
from tests.api.conftest import Caller, serving
from tests.api.entangled import ALL_MARKS, Entangled
from tests.api.test_http_authority import run

KINDS = ("register", "portfolio", "decisions")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entangled]:
    with serving(tmp_path_factory.mktemp("hushed")) as served:
        office = Entangled(served)
        office.found().lived()
        office.seen(office.aude, "/projects")
        yield office


def exported(caller: Caller, kind: str, form: str = "xlsx") -> tuple[Table, bytes]:
    response = caller.get(f"/exports/{kind}.{form}")
    assert response.status_code == 200, response.text
    table, said = read_export(response.content)
    assert complaints(table, said) == []
    return table, response.content


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_export_says_how_many_rows_it_does_not_show_and_nothing_else_of_them(
    office: Entangled, kind: str, form: str
) -> None:
    table, _ = exported(office.olga, kind, form)
    text = repr(table)
    assert table.not_shown > 0
    assert not [mark for mark in ALL_MARKS if mark in text]
    whole, _ = exported(office.aude, kind, form)
    assert whole.not_shown == 0
    if kind != "portfolio":  # there the rows of a cell come as one
        assert len(whole.rows) - len(table.rows) == table.not_shown


def test_the_money_of_an_export_adds_up_whoever_made_it(office: Entangled) -> None:
    ours, whole = (exported(who, "portfolio")[0].totals for who in (office.olga, office.aude))
    kept = ("held", "allocated", "released", "approved", "actual", "envelope", "free")
    for name in kept:
        assert ours[f"{name} EUR"] == whole[f"{name} EUR"]


def test_titles_that_are_private_fields_are_exported_to_who_may_see_them(
    office: Entangled,
) -> None:
    register, money = (exported(office.aude, kind)[0] for kind in ("register", "portfolio"))
    assert ("HUSH-9", "Xyzzy third works") in {row[:2] for row in register.rows}
    assert any("Xyzzy other works" in row for row in money.rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", ["olga", "aude"])
def test_an_export_is_held_against_the_log_though_it_does_not_show_everything(
    office: Entangled, kind: str, who: str, tmp_path: Path
) -> None:
    _, content = exported(getattr(office, who), kind)
    file = tmp_path / "export.xlsx"
    file.write_bytes(content)
    where = ["--data", str(office.served.directory)]
    assert run(["check-export", str(file), *where]) == 0
