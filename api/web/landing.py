"""Where an act leads: to the review it opened, or back to what it was about."""

from urllib.parse import quote

from fastapi import Response

from api.http.acting import Told
from api.web.post import Post


def landed(post: Post, told: Told, home: str, said: str = "done") -> Response:
    """Return the way on: to the review where a board is to decide, else back home.

    Args:
        post: the form.
        told: what the act came to; a sole decider has ruled at once.
        home: path of the page of what the act is about.
        said: what that page says was done.
    """
    content = told.model_dump()
    review = content.get("review")
    if review is None or "verdict" in content:
        return post.done(home, told.position, said)
    code = str(review).partition(":")[2]
    return post.done(f"/reviews/{quote(code, safe='/')}", told.position, "review_opened")
