"""Signing in: who gets in, who does not, and what a stranger learns from it."""

from datetime import timedelta

import httpx
import pytest

from api.accounts import Accounts
from api.settings import Settings
from domain.refusals import Malformed, NotKnown, NotNow, NotPermitted, Taken
from tests.web.conftest import PASSWORD, Site


def location(response: httpx.Response) -> str:
    assert response.status_code == 303, response.text
    return response.headers["location"]


def test_a_stranger_is_sent_to_sign_in_and_on_to_what_they_asked_for(site: Site) -> None:
    name, visitor = site.account("Ana"), site.visitor()
    assert location(visitor.get("/preferences?x=1")) == "/sign-in?next=%2Fpreferences%3Fx%3D1"
    response = visitor.post("/sign-in", name=name, password=PASSWORD, next="/preferences?x=1")
    assert location(response) == "/preferences?x=1"
    assert "Ana" in visitor.seen("/preferences")


def test_a_link_opens_once_and_sets_the_password(site: Site) -> None:
    site.accounts.add("Nia", ["office"])
    path = f"/welcome/{site.accounts.link('Nia')}"
    visitor, late = site.visitor(), site.visitor()
    assert "Nia" in visitor.seen(path)
    token = late.token(path)
    assert location(visitor.post(path, password=PASSWORD, again=PASSWORD)) == "/"
    assert visitor.get("/").status_code == 200
    refused = late.http.post(path, data={"token": token, "password": PASSWORD, "again": PASSWORD})
    assert refused.status_code == 404
    assert "link holds no longer" in refused.text
    assert late.get(path).status_code == 404
    assert location(late.sign_in("Nia")) == "/"


def test_a_link_holds_up_to_its_time_and_not_at_it(site: Site) -> None:
    site.accounts.add("Nia", ["office"])
    secret = site.accounts.link("Nia")
    site.served.now.ahead = timedelta(hours=71, minutes=59)
    assert site.accounts.welcomed(secret).name == "Nia"
    site.served.now.ahead = timedelta(hours=72)
    with pytest.raises(NotKnown):
        site.accounts.welcomed(secret)


def test_a_newer_link_ends_the_older(site: Site) -> None:
    site.accounts.add("Nia", ["office"])
    older = site.accounts.link("Nia")
    site.accounts.link("Nia")
    with pytest.raises(NotKnown, match="newer"):
        site.accounts.welcomed(older)


@pytest.mark.parametrize(
    ("password", "why"),
    [("elevenchars", "at least 12"), ("nia.novak@works.example", "not the name")],
)
def test_a_password_that_will_not_do_is_refused_and_the_link_stays(
    site: Site, password: str, why: str
) -> None:
    site.accounts.add("Nia.Novak@works.example", ["office"])
    secret = site.accounts.link("Nia.Novak@works.example")
    response = site.visitor().post(f"/welcome/{secret}", password=password, again=password)
    assert response.status_code == 422
    assert why in response.text
    site.accounts.set_password(secret, "twelve chars")


def test_two_passwords_that_differ_set_none(site: Site) -> None:
    site.accounts.add("Nia", ["office"])
    path = f"/welcome/{site.accounts.link('Nia')}"
    response = site.visitor().post(path, password=PASSWORD, again=PASSWORD + " ")
    assert (response.status_code, "differ" in response.text) == (422, True)


def test_an_unknown_name_a_locked_one_and_a_wrong_password_are_answered_alike(site: Site) -> None:
    site.account("Ana")
    site.account("Lou")
    site.accounts.set_locked("Lou", locked=True)
    answers = set()
    for name, password in (("Ana", "wrong wrong wrong"), ("Zoe", PASSWORD), ("Lou", PASSWORD)):
        response = site.visitor().sign_in(name, password)
        without = response.text.replace(f'value="{name}"', "")
        answers.add((response.status_code, without[without.index("<h1>") :].split("csrf")[0]))
        assert "do not go together" in response.text
    assert {status for status, _ in answers} == {403}


@pytest.mark.parametrize("name", ["Ana", "Nobody"])
def test_after_five_wrong_passwords_a_name_rests_even_from_the_right_one(
    site: Site, name: str
) -> None:
    site.account("Ana")
    for _ in range(5):
        with pytest.raises(NotPermitted):
            site.accounts.sign_in(name, "wrong wrong wrong")
    with pytest.raises(NotNow, match="too many"):
        site.accounts.sign_in(name, PASSWORD)
    assert site.visitor().sign_in(name).status_code == 429
    site.served.now.ahead = timedelta(seconds=31)
    if name == "Ana":
        assert site.accounts.sign_in(name, PASSWORD).person.name == "Ana"


def test_the_right_password_after_four_wrong_ones_forgets_them(site: Site) -> None:
    site.account("Ana")
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotPermitted):
                site.accounts.sign_in("Ana", "wrong wrong wrong")
        site.accounts.sign_in("Ana", PASSWORD)


def test_sign_in_gives_a_new_session_whatever_cookie_was_planted(site: Site) -> None:
    site.account("Ana")
    visitor = site.visitor()
    visitor.http.cookies.set("quorate-session", "planted-by-somebody-else", domain="127.0.0.1")
    visitor.sign_in("Ana")
    first = visitor.session
    assert first
    assert first != "planted-by-somebody-else"
    with_old = site.visitor()
    with_old.http.cookies.set("quorate-session", "planted-by-somebody-else", domain="127.0.0.1")
    assert location(with_old.get("/")) == "/sign-in"


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    site.account("Ana")
    visitor = site.signed_in("Ana")
    first = visitor.session or ""
    visitor.post("/sign-in", page="/preferences", name="Ana", password=PASSWORD)
    assert visitor.session != first
    assert site.accounts.session(first) is None


def test_sign_out_ends_the_session_and_not_only_the_cookie(site: Site) -> None:
    site.account("Ana")
    visitor = site.signed_in("Ana")
    key = visitor.session or ""
    assert location(visitor.post("/sign-out", page="/")) == "/sign-in"
    thief = site.visitor()
    thief.http.cookies.set("quorate-session", key)
    assert location(thief.get("/")) == "/sign-in"


def test_a_session_holds_a_working_day_and_not_longer(site: Site) -> None:
    site.account("Ana")
    key = site.accounts.sign_in("Ana", PASSWORD).key
    site.served.now.ahead = timedelta(hours=11, minutes=59)
    assert site.accounts.session(key) is not None
    site.served.now.ahead = timedelta(hours=12)
    assert site.accounts.session(key) is None


def test_locking_ends_sessions_and_roles_change_at_once(site: Site) -> None:
    site.account("Ana")
    key = site.accounts.sign_in("Ana", PASSWORD).key
    site.accounts.set_roles("Ana", ["auditor"])
    session = site.accounts.session(key)
    assert session is not None
    assert session.person.roles == {"auditor"}
    site.accounts.set_locked("Ana", locked=True)
    assert site.accounts.session(key) is None
    site.accounts.set_locked("Ana", locked=False)
    assert site.accounts.session(key) is None


def test_a_session_is_the_person_a_token_of_the_same_name_is(site: Site) -> None:
    site.account("Ana.Arndt@Works.Example")
    token = site.served.issuer.issue_token("ana.arndt@works.example", ["member"])
    bearer = site.served.issuer.verify(token)
    person = site.accounts.sign_in("ANA.ARNDT@works.example", PASSWORD).person
    assert (person.issuer, person.subject) == (bearer.issuer, bearer.subject)


def test_cookies_are_for_the_server_alone_and_for_https_where_it_is_said(site: Site) -> None:
    site.account("Ana")
    response = site.visitor().sign_in("Ana")
    (cookie,) = (c for c in response.headers.get_list("set-cookie") if "quorate-session=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    visitor = site.visitor()
    form = {"token": visitor.token("/sign-in"), "name": "Ana", "password": PASSWORD}
    site.served.app.state.settings = Settings(secure_cookies=True)
    response = visitor.http.post("/sign-in", data=form)
    (cookie,) = (c for c in response.headers.get_list("set-cookie") if "quorate-session=" in c)
    assert "Secure" in cookie


def test_a_cookie_never_opens_the_api(site: Site) -> None:
    site.account("Ana", "administrator")
    visitor = site.signed_in("Ana")
    for path in ("/api/v1/me", "/api/v1/projects", "/api/v1", "/api/v1/"):
        assert visitor.get(path).status_code == 401, path
    assert visitor.http.post("/api/v1/me").status_code == 401


def test_the_file_holds_no_password_session_or_link_and_is_its_owners(site: Site) -> None:
    site.account("Ana")
    site.accounts.add("Nia", ["office"])
    secret, key = site.accounts.link("Nia"), site.accounts.sign_in("Ana", PASSWORD).key
    path = site.served.directory / "accounts.db"
    content = path.read_bytes()
    for text in (PASSWORD, secret, key):
        assert text.encode() not in content
    assert b"$argon2id$" in content
    assert path.stat().st_mode & 0o777 == 0o600


def test_accounts_have_a_name_of_their_own_and_a_role_there_is(site: Site) -> None:
    accounts: Accounts = site.accounts
    accounts.add("a@b.example", ["member"])
    with pytest.raises(Taken):
        accounts.add("A@B.example", ["member"])
    for name, roles in ((" ", ["member"]), ("x" * 201, ["member"]), ("Zoe", ["king"]), ("Zoe", [])):
        with pytest.raises(Malformed):
            accounts.add(name, roles)
    with pytest.raises(NotKnown):
        accounts.link("Zoe")
