"""The whole line over HTTP: from founding an office to looking back at a ruling."""

from hashlib import sha256
from typing import Any

from tests.api.conftest import NPV, POLICY, PROJECT, REVIEW, SEATS, Bridge, Served, made, shown


def test_a_bridge_is_proposed_reviewed_ruled_and_looked_back_at(served: Served) -> None:
    office, pm = served.caller("Olga", "office"), served.caller("Petra")
    assert made(office.post("/office", {"title": "Works", "zone": "Europe/Berlin"}))["founder"]
    adopted = office.http.post(
        "/api/v1/policies", content=POLICY, headers={"Content-Type": "application/yaml"}
    )
    assert adopted.status_code == 201, adopted.text
    assert adopted.headers["location"] == "/api/v1/policies/gates"
    digest = made(adopted)["digest"]
    bridge = Bridge(served)
    for seat, name in SEATS.items():
        bridge.ids[seat] = made(office.post("/people", {"name": name}))["person"]
        appointment = {"policy": "gates", "seat": seat, "person": bridge.ids[seat]}
        made(office.post("/boards/portfolio_board/members", appointment))
    made(office.post("/portfolios", {"code": "CAP", "title": "Capital", "policy": "gates"}))
    proposal = {"portfolio": "CAP", "code": PROJECT, "title": "A bridge"}
    money = {"amount": "1200000.00", "currency": "EUR"}
    proposed = pm.post("/projects", {**proposal, "requested": money})
    assert proposed.headers["location"] == "/api/v1/projects/BRIDGE%20%28north%29%20~2"
    before = made(proposed)["position"]

    bridge.opened()
    question = bridge.members["finance"].post(f"{REVIEW}/questions", {"text": "Which interest?"})
    assert made(question)["question"] == 1
    made(pm.post(f"{REVIEW}/questions/1/answer", {"text": "Four per cent."}))
    assert bridge.members["safety"].post(f"{REVIEW}/pack/opened").status_code == 200
    made(bridge.vote("chair", comment="At last.", confidence=5))
    made(bridge.vote("finance"))
    made(bridge.vote("works", "no"))
    made(bridge.members["safety"].post(f"{REVIEW}/conflicts", {"reason": "My sister builds it."}))
    ruling = bridge.members["chair"].post(f"{REVIEW}/ruling")
    assert ruling.headers["location"] == f"/api/v1{REVIEW}".replace("(", "%28").replace(")", "%29")
    told = made(ruling)
    assert told["verdict"]["outcome"] == "approve"
    assert told["verdict"]["ground"] == "carried"

    now = {"min_position": told["position"]}
    project = shown(office.get(f"/projects/{PROJECT}", **now))["project"]
    assert (project["phase"], project["phase_label"], project["standing"]) == (
        "build",
        "Build",
        "active",
    )
    _the_past_is_as_it_was(bridge, before)
    _the_record_says_everything(bridge, digest, now)


def _the_past_is_as_it_was(bridge: Bridge, before: int) -> None:
    past = shown(bridge.pm.get("/projects", as_of=before))
    assert past["position"] == before
    assert [
        {k: p[k] for k in ("code", "title", "portfolio", "phase", "phase_label", "standing")}
        for p in past["projects"]
    ] == [
        {
            "code": PROJECT,
            "title": "A bridge",
            "portfolio": "CAP",
            "phase": "idea",
            "phase_label": "Idea",
            "standing": "proposed",
        }
    ]
    assert shown(bridge.pm.get("/decisions", as_of=before))["decisions"] == []
    assert shown(bridge.pm.get("/reviews", as_of=before))["reviews"] == []


def _the_record_says_everything(bridge: Bridge, digest: str, now: dict[str, Any]) -> None:
    review = shown(bridge.pm.get(REVIEW, **now))["review"]
    assert review["status"] == "ruled"
    assert review["conflicts"] == ["safety"]
    chair = next(one for one in review["ballots"] if one["seat"] == "chair")
    assert chair["person"] == {"id": bridge.ids["chair"], "name": "Ana"}
    assert chair["comment"] == "At last."

    (line,) = shown(bridge.pm.get("/decisions", project=PROJECT))["decisions"]
    assert (line["outcome"], line["reported"]) == ("approve", False)
    decision = shown(bridge.pm.get(REVIEW.replace("/reviews", "/decisions")))["decision"]
    assert decision["policy"] == digest
    assert {check["id"]: check["truth"] for check in decision["checks"]}["pays_back"] == "met"

    (asked,) = shown(bridge.pm.get(f"{REVIEW}/questions"))["questions"]
    assert asked["question"]["text"] == "Which interest?"
    assert asked["answer"]["text"] == "Four per cent."
    pack = shown(bridge.pm.get(f"{REVIEW}/pack"))["pack"]
    assert (pack["request"], pack["reasons"]) == ("Build it.", "It pays.")
    assert pack["content"]["recommended_by"]["name"] == "Petra"
    assert [one["person"]["name"] for one in pack["opened"]] == ["Dua"]

    trail = shown(bridge.pm.get(f"/projects/{PROJECT}/trail"))["trail"]
    topics = [entry["topic"] for entry in trail]
    assert topics[0] == "project.moved/1"
    assert topics[-1] == "project.proposed/1"
    assert {"review.ruled/1", "ballot.cast/1", "conflict.declared/1", "fact.recorded/1"} <= {
        *topics
    }
    declared = next(entry for entry in trail if entry["topic"] == "conflict.declared/1")
    assert declared["texts"] == {"reason": "My sister builds it."}
    assert declared["by"]["name"] == "Dua"


def test_a_file_comes_back_as_it_was_sent_and_only_as_an_attachment(bridge: Bridge) -> None:
    content = b"%PDF " + bytes(range(256)) * 4000
    answer = made(bridge.pm.upload(PROJECT, content, name="Geschäft (1).pdf"))
    assert answer["sha256"] == sha256(content).hexdigest()

    (kept,) = shown(
        bridge.pm.get(f"/projects/{PROJECT}/evidence", min_position=answer["position"])
    )["evidence"]
    assert kept["name"] == "Geschäft (1).pdf"
    assert (kept["held"], kept["size"]) == ("here", len(content))
    assert kept["media_type"] == "application/pdf"

    sent = bridge.pm.get(f"/evidence/{answer['sha256']}")
    assert sent.content == content
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert sent.headers["content-type"] == "application/octet-stream"


def test_evidence_may_be_held_elsewhere_under_its_digest(bridge: Bridge) -> None:
    elsewhere = {
        "evidence": "minutes",
        "name": "minutes.txt",
        "address": "https://files.example/minutes.txt",
        "sha256": "ab" * 32,
        "size": 17,
    }
    told = made(bridge.pm.post(f"/projects/{PROJECT}/evidence-elsewhere", elsewhere))
    found = bridge.pm.get(f"/projects/{PROJECT}/evidence", min_position=told["position"])
    (kept,) = shown(found)["evidence"]
    assert (kept["held"], kept["address"]) == ("elsewhere", elsewhere["address"])


def test_a_fact_is_corrected_and_both_assertions_stay(bridge: Bridge) -> None:
    first = made(bridge.pm.post(f"/projects/{PROJECT}/facts", {**NPV, "source": "A guess"}))
    better = {"fact": "npv", "value": {"money": {"amount": "0", "currency": "EUR"}}}
    second = made(
        bridge.pm.post(f"/projects/{PROJECT}/facts", {**better, "corrects": first["position"]})
    )
    (npv,) = shown(bridge.pm.get(f"/projects/{PROJECT}/facts", min_position=second["position"]))[
        "facts"
    ]
    assert npv["value"] == {"money": {"amount": "0.00", "currency": "EUR"}}
    assert [one["source"] for one in npv["history"]] == ["A guess", None]
    assert npv["history"][0]["corrected_by"] == second["position"]
    earlier = shown(bridge.pm.get(f"/projects/{PROJECT}/facts", as_of=first["position"]))
    assert earlier["facts"][0]["value"]["money"]["amount"] == "40000.00"
