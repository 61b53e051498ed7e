"""A user's life, of which the model says beforehand how each step is answered and what it shows."""

from datetime import datetime
from typing import ClassVar

from httpx import Response
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import booleans, integers, sampled_from, sets

from tests.support.people import PASSWORD
from tests.surface.life.model import ACCESS, GRACE, ROLES, Life, Login
from tests.surface.life.world import World

one = integers(0, 5)  # of several, counted round
MOST = 3  # users at a time
WAITS: list[dict[str, float]] = [{"hours": 3}, {"days": 8}, {"days": 31}]


class Machine(RuleBasedStateMachine):
    """A rule looks into the model, does one thing and compares."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.lives: list[Life] = []
        self.seen: Life | None = None  # whom the last rule was about

    @initialize()
    def begin(self) -> None:
        self.world.wait(days=40)  # whatever the last example left is over
        self.register()

    @precondition(lambda self: len(self.lives) < MOST)
    @rule()
    def register(self) -> None:
        name, password = f"life{self.world.next()}", PASSWORD
        given = {"username": name, "email": f"{name}@example.com", "password": password}
        made = self.world.ask("POST", "/users", json=given)
        assert made.status_code == 201
        self.seen = Life(made.json()["id"], name, given["email"], password)
        self.lives.append(self.seen)

    @rule(who=one)
    def register_a_name_that_is_taken(self, who: int) -> None:
        life, number = self.life(who), self.world.next()
        given = {"username": life.username.upper(), "email": f"x{number}@example.com"}
        self.expect(409, self.world.ask("POST", "/users", json=given | {"password": PASSWORD}))

    @rule(who=one, by=one)
    def log_in(self, who: int, by: int) -> None:
        life = self.life(who)
        name = life.names()[by % len(life.names())]
        if life.is_here(self.now):
            self.opened(life, name)
            return
        words = {"username": name, "password": life.password}
        answer = self.world.ask("POST", "/login", json=words)
        if life.deleted:
            self.expect(401, answer, "login-refused")
        else:
            self.expect(403, answer, "account-deactivated")

    @rule(who=one, by=one)
    def log_in_with_a_wrong_password(self, who: int, by: int) -> None:
        life = self.life(who)
        name = life.names()[by % len(life.names())]
        for wrong in ("wrong", PASSWORD.upper()):
            words = {"username": name, "password": wrong}
            self.expect(401, self.world.ask("POST", "/login", json=words), "login-refused")

    @rule(who=one)
    def log_in_with_an_address_that_is_not_verified(self, who: int) -> None:
        life = self.life(who)
        for address in life.further.keys() - set(life.proved_further()):
            words = {"username": address, "password": life.password}
            self.expect(401, self.world.ask("POST", "/login", json=words))

    @rule(who=one, where=one)
    def refresh(self, who: int, where: int) -> None:
        if at := self.login(who, where):
            self.refreshed(*at)

    @rule(who=one, where=one)
    def log_out(self, who: int, where: int) -> None:
        if at := self.login(who, where):
            life, login = at
            token = self.token(life, login)
            self.expect(200 if token else 401, self.world.ask("POST", "/logout", token))
            login.ended = True

    @rule(who=one, where=one)
    def end_the_others(self, who: int, where: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            ended = len(life.living(self.now)) - 1
            answer = self.world.ask("DELETE", "/me/sessions", token)
            assert answer.json() == {"revoked": ended}
            life.end(but=login)

    @rule(who=one)
    def end_all(self, who: int) -> None:
        life = self.life(who)
        answer = self.world.rule("DELETE", f"/users/{life.id}/sessions")
        self.expect(404 if life.deleted else 200, answer)
        life.end()

    @rule(who=one, where=one, right=booleans())
    def prove_it(self, who: int, where: int, right: bool) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            given = {"password": life.password if right else "wrong"}
            answer = self.world.ask("POST", "/me/reauthenticate", token, given)
            self.expect(200 if right else 403, answer)
            login.proved = self.now if right else login.proved

    @rule(who=one, where=one, right=booleans())
    def change_the_password(self, who: int, where: int, right: bool) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            new = f"{PASSWORD} {self.world.next()}"
            given = {"current_password": life.password if right else "wrong", "new_password": new}
            answer = self.world.ask("PUT", "/me/password", token, given)
            if self.expect_fresh(login, answer, 200 if right else 403) and right:
                life.password = new
                life.end(but=login)

    @rule(who=one, by=one)
    def forget_the_password(self, who: int, by: int) -> None:
        life = self.life(who)
        addresses = [life.email, *life.further]
        address = addresses[by % len(addresses)]
        known = address == life.email or life.further[address]
        self.world.mail()
        self.expect(
            202, self.world.ask("POST", "/account/forgot-password", json={"email": address})
        )
        letters = self.world.mail()
        assert len(letters) == (known and life.is_here(self.now))
        for letter in letters:
            new = f"{PASSWORD} {self.world.next()}"
            given = {"token": letter.token, "new_password": new}
            self.expect(200, self.world.ask("POST", "/account/reset-password", json=given))
            self.expect(403, self.world.ask("POST", "/account/reset-password", json=given))
            life.password = new
            life.verified |= address == life.email
            life.end()

    @rule(who=one, where=one)
    def change_the_name(self, who: int, where: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            name = f"life{self.world.next()}"
            answer = self.world.ask("PATCH", "/me", token, {"username": name})
            if self.expect_fresh(login, answer):
                life.username = name

    @rule(who=one, where=one, own=booleans())
    def change_the_address(self, who: int, where: int, own: bool) -> None:
        """To a new one, or to one of theirs, which the old one does not become then."""
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            new = f"new{self.world.next()}@example.com"
            address = next(iter(life.further), new) if own else new
            answer = self.world.ask("PATCH", "/me", token, {"email": address})
            if self.expect_fresh(login, answer):
                life.email, life.verified = address, life.further.pop(address, False)

    @rule(who=one, where=one, other=one)
    def take_an_address(self, who: int, where: int, other: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            taken = self.lives[other % len(self.lives)]
            if taken is not life and login.is_fresh(self.now):
                given = {"email": taken.email.upper()}
                answer = self.world.ask("PATCH", "/me", token, given)
                self.expect(409, answer, "email-taken")

    @rule(who=one, where=one)
    def add_an_address(self, who: int, where: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            address = f"more{self.world.next()}@example.com"
            answer = self.world.ask("POST", "/me/emails", token, {"email": address})
            full = len(life.further) >= 9
            if self.expect_fresh(login, answer, 409 if full else 202) and not full:
                life.further[address] = False

    @rule(who=one, where=one, by=one)
    def verify_an_address(self, who: int, where: int, by: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, _ = at
            known = {life.email: life.verified} | life.further
            address = list(known)[by % len(known)]
            self.world.mail()
            self.expect(202, self.world.ask("POST", f"/me/emails/{address}/resend", token))
            letters = self.world.mail()
            assert len(letters) == (not known[address])
            for letter in letters:
                given = {"token": letter.token}
                self.expect(200, self.world.ask("POST", "/account/verify-email", json=given))
                self.expect(403, self.world.ask("POST", "/account/verify-email", json=given))
                if address == life.email:
                    life.verified = True
                else:
                    life.further[address] = True

    @rule(who=one, where=one, removing=booleans())
    def swap_or_remove_an_address(self, who: int, where: int, removing: bool) -> None:
        at = self.login(who, where)
        if at and at[0].further and (token := self.token(*at)):
            life, login = at
            path = f"/me/emails/{(address := next(iter(life.further)))}"
            if removing:
                if self.expect_fresh(login, self.world.ask("DELETE", path, token)):
                    del life.further[address]
            elif self.expect_fresh(login, self.world.ask("PATCH", path, token, {"primary": True})):
                life.swap(address)

    @rule(who=one, hours=sampled_from([None, 2, 48]))
    def deactivate(self, who: int, hours: int | None) -> None:
        life = self.life(who)
        until = self.world.later(hours=hours) if hours else None
        given = {"reason": "On leave."} | ({"until": until.isoformat()} if until else {})
        answer = self.world.rule("POST", f"/users/{life.id}/deactivate", given)
        self.expect(404 if life.deleted else 200, answer)
        if not life.deleted:
            life.active, life.until = False, until
            life.end()

    @rule(who=one)
    def activate(self, who: int) -> None:
        life = self.life(who)
        answer = self.world.rule("POST", f"/users/{life.id}/activate")
        self.expect(404 if life.deleted else 200, answer)
        if not life.deleted:
            life.active, life.until = True, None

    @rule(who=one, wanted=sets(sampled_from(sorted(ROLES))), hours=sampled_from([None, 2]))
    def grant(self, who: int, wanted: set[str], hours: int | None) -> None:
        life = self.life(who)
        end = self.world.later(hours=hours) if hours else None
        times = {"expires_at": end.isoformat()} if end else {}
        given = {"roles": [{"role": role} | times for role in sorted(wanted)]}
        answer = self.world.rule("PUT", f"/users/{life.id}/roles", given)
        self.expect(404 if life.deleted else 200, answer)
        if not life.deleted:
            life.roles = dict.fromkeys(wanted, end)

    @rule(who=one)
    def delete(self, who: int) -> None:
        life = self.life(who)
        answer = self.world.rule("DELETE", f"/users/{life.id}")
        self.expect(404 if life.deleted else 200, answer)
        self.deleted(life)

    @rule(who=one, where=one)
    def delete_oneself(self, who: int, where: int) -> None:
        if (at := self.login(who, where)) and (token := self.token(*at)):
            life, login = at
            if self.expect_fresh(login, self.world.ask("DELETE", "/me", token)):
                self.deleted(life)

    @rule(who=one)
    def restore(self, who: int) -> None:
        life = self.life(who)
        answer = self.world.rule("POST", f"/users/{life.id}/restore")
        self.expect(200 if life.deleted else 404, answer)
        life.deleted = None

    @rule()
    def wait_until_no_proof_is_fresh(self) -> None:
        self.wait({"minutes": 20})

    @rule(span=sampled_from(WAITS))
    def wait_long(self, span: dict[str, float]) -> None:
        self.wait(span)

    @invariant()
    def looks_as_it_should(self) -> None:
        if (life := self.seen) is None:
            return
        user = self.world.rule("GET", f"/users/{life.id}")
        if life.deleted:
            self.expect(404, user)
            return
        shown = {name: user.json()[name] for name in ("username", "email", "email_verified")}
        expected = {"username": life.username, "email": life.email}
        assert shown == expected | {"email_verified": life.verified}
        assert user.json()["is_active"] == life.is_active(self.now)
        sessions = self.world.rule("GET", f"/users/{life.id}/sessions").json()
        assert len(sessions) == len(life.living(self.now))
        roles = self.world.rule("GET", f"/users/{life.id}/roles").json()
        assert roles["roles"] == life.has(self.now)
        assert roles["permissions"] == sorted(ROLES[role] for role in life.has(self.now))

    # What the rules have in common.

    @property
    def now(self) -> datetime:
        return self.world.clock()

    def life(self, number: int) -> Life:
        self.seen = self.lives[number % len(self.lives)]
        return self.seen

    def wait(self, span: dict[str, float]) -> None:
        purged = self.world.wait(**span)
        over = [each for each in self.lives if each.deleted and self.now >= each.deleted + GRACE]
        assert purged == len(over)
        for life in over:
            self.expect(404, self.world.rule("POST", f"/users/{life.id}/restore"))
            self.lives.remove(life)
        if not self.lives:
            self.register()
        self.seen = self.lives[0]

    def login(self, who: int, where: int) -> tuple[Life, Login] | None:
        """One of theirs, perhaps a dead one. They log in again if they can and have none."""
        life = self.life(who)
        if not life.living(self.now) and life.is_here(self.now) and where:
            self.opened(life, life.username)
            return life, life.logins[-1]
        return (life, life.logins[where % len(life.logins)]) if life.logins else None

    def opened(self, life: Life, name: str) -> None:
        words = {"username": name, "password": life.password}
        answer = self.world.ask("POST", "/login", json=words)
        self.expect(200, answer)
        tokens = answer.json()
        life.logins.append(Login(tokens["access_token"], tokens["refresh_token"], self.now))

    def token(self, life: Life, login: Login) -> str | None:
        """A good access token of the login, if it lives; if not, it is refused."""
        if self.now >= login.issued + ACCESS and not self.refreshed(life, login):
            return None
        works = login.lives(self.now) and life.is_here(self.now)
        self.expect(200 if works else 401, self.world.ask("GET", "/me", login.access_token))
        if not works:
            return None
        login.is_seen(self.now)
        return login.access_token

    def refreshed(self, life: Life, login: Login) -> bool:
        works = login.lives(self.now) and life.is_here(self.now)
        given = {"refresh_token": login.refresh_token}
        answer = self.world.ask("POST", "/refresh", json=given)
        self.expect(200 if works else 401, answer)
        if works:
            tokens = answer.json()
            login.access_token, login.refresh_token = (
                tokens["access_token"],
                tokens["refresh_token"],
            )
            login.issued = login.seen = self.now
        return works

    def deleted(self, life: Life) -> None:
        life.deleted = life.deleted or self.now
        life.end()

    def expect(self, status: int, answer: Response, code: str | None = None) -> None:
        assert answer.status_code == status, answer.text
        assert code is None or answer.json()["code"] == code

    def expect_fresh(self, login: Login, answer: Response, status: int = 200) -> bool:
        """That status, if the proof is recent enough; whether it was."""
        if login.is_fresh(self.now):
            self.expect(status, answer)
            return True
        self.expect(403, answer, "fresh-login-required")
        return False
