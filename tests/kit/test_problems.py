import pytest

from uservault.kit.problems import (
    CODES,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    every_problem,
    problems,
)
from uservault.users.errors import EmailTaken, UsernameTaken


class TestProblem:
    def test_says_its_class(self) -> None:
        assert EmailTaken().body("abc") == {
            "type": "/problems/email-taken",
            "title": EmailTaken.title,
            "status": 409,
            "code": "email-taken",
            "request_id": "abc",
        }
        assert str(EmailTaken()) == EmailTaken.title

    def test_says_what_is_particular(self) -> None:
        body = Forbidden("Not today.", missing=["users:read"]).body(None)

        assert body["detail"] == "Not today."
        assert body["missing"] == ["users:read"]
        assert "request_id" not in body

    @pytest.mark.promise("F3")
    @pytest.mark.parametrize(("wait", "seconds"), [(0, "1"), (0.2, "1"), (1.001, "2"), (60, "60")])
    def test_waits_whole_seconds(self, wait: float, seconds: str) -> None:
        assert TooManyRequests(wait).headers() == {"Retry-After": seconds}

    @pytest.mark.promise("C9")
    def test_has_the_headers_of_its_status(self) -> None:
        assert Problem().headers() == {}
        assert Unauthorized().headers()["WWW-Authenticate"].startswith("Bearer")
        assert int(Unavailable().headers()["Retry-After"]) > 0


def test_a_route_names_several_problems_of_one_status() -> None:
    responses = problems(UsernameTaken, EmailTaken, NotFound)

    assert set(responses) == {409, 404}
    assert responses[409][CODES] == ["username-taken", "email-taken"]


def test_every_problem_is_listed_by_status() -> None:
    listed = every_problem()

    statuses = [kind.status for kind in listed.values()]
    assert statuses == sorted(statuses)
    assert listed["email-taken"] is EmailTaken
    assert listed["conflict"] is Conflict
