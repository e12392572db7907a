"""The pages: HTML over the same house as HTTP under ``/api/v1``, read and acted on without script.

How a page is added:

1. A module of this package with an ``APIRouter``; name it in ``ROUTERS`` of ``routes.py``.
2. A route takes ``visit: Visiting`` and asks what the API answers, by calling the function of the
   API's own route: ``found = told(list_decisions(visit.look, visit.paging()))``. Never ask a view
   from here: what a person may not see is kept from them in one place, behind those functions.
3. ``return visit.page("decisions.html", **found)``. The template extends ``base.html``; in it
   ``t("decisions.title")`` is a text of ``words/*.toml``, ``w("standing", code)`` the word for a
   code, ``to("/decisions", project=code)`` a link that stays at the place looked at,
   ``said.moment(text)``, ``said.day(text)``, ``said.money(money)`` values in the reader's way.
4. What a person does is a form: ``{% call form("/reviews/X/ballots") %}`` of ``macros.html`` puts
   in the token against forgery and the idempotency key, and shows nothing while looking back. Its
   route takes ``post: Posting``, calls the function of the API's route with ``post.member()`` and
   ends with ``return post.done("/reviews/X", told.position)``. Refusals become pages by themselves.
5. Every text goes into ``words/en.toml`` and ``words/de.toml``, under the same key.
6. Its address goes into ``PAGES`` of ``tests/web/conftest.py``: the browser tests walk over them.

No inline script or style: the Content-Security-Policy refuses both.
"""
