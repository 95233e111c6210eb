"""Access: what one may do is asked of IAM only when looked at; roles and users are plans; a key is shown once."""

from types import SimpleNamespace
from typing import Any

from streamlit.testing.v1 import AppTest

from services.access import AccessService, ExecutionRole, RolePolicies
from services.access.users import FoundUser
from services.plans import RunStatus
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, run_view

ROLE = ExecutionRole(name="Mine", arn="arn:aws:iam::123456789012:role/Mine", description="for *tests*")


class Iam:
    """What the rooms read of IAM."""

    def __init__(self, *denied: str, user: FoundUser | None = None) -> None:
        self.denied, self.found, self.asked = denied, user, 0

    def roles(self) -> tuple[ExecutionRole, ...]:
        return (ROLE,)

    def role(self, name: str) -> ExecutionRole | None:
        return ROLE if name == "Mine" else None

    def policies(self, name: str) -> RolePolicies:
        return RolePolicies(("inline-one",), ("arn:aws:iam::aws:policy/AmazonS3FullAccess",))

    def user(self, name: str) -> FoundUser | None:
        return self.found

    def decisions(self, principal: str, question: Any) -> dict[str, str]:
        self.asked += 1
        return {each: "implicitDeny" if each in self.denied else "allowed" for each in question.actions}


def _console(iam: Iam) -> FakeConsole:
    console = FakeConsole()
    access: Any = iam
    console.access = AccessService(access, region="us-east-1", account="123456789012", owner=console.owner)
    return console


def _part(at: AppTest, name: str) -> AppTest:
    at.segmented_control(key="access.part").set_value(name).run()
    assert not at.exception
    return at


def _said(at: AppTest) -> str:
    return " ".join(each.value for each in at.markdown)


def test_the_missing_action_is_named_with_a_policy_to_paste(open_page: Open) -> None:
    at = open_page("access", _console(Iam("sagemaker:CreateEndpoint")), "Access")
    assert "missing: `sagemaker:CreateEndpoint`" in _said(at)
    assert any('"Action": "sagemaker:CreateEndpoint"' in each.value for each in at.code)


def test_nothing_missing_shows_no_policy(open_page: Open) -> None:
    at = open_page("access", _console(Iam()), "Access")
    assert "missing" not in _said(at)
    assert not at.code


def test_iam_is_not_asked_on_a_page_until_somebody_wants_to_know(open_page: Open) -> None:
    iam = Iam()
    open_page("deploy", _console(iam), "Deploy")
    assert iam.asked == 0


def test_a_role_is_shown_with_its_arn_and_what_it_may_do(open_page: Open) -> None:
    at = _part(open_page("access", _console(Iam()), "Access"), "Execution role")
    at.selectbox[0].set_value(ROLE.arn).run()
    assert not at.exception
    assert [each.value for each in at.code] == [ROLE.arn]
    assert "AmazonS3FullAccess" in _said(at)
    assert r"for \*tests\*" in _said(at)


def test_the_classic_rights_come_with_a_warning_and_a_plan(open_page: Open) -> None:
    console = _console(Iam())
    at = _part(open_page("access", console, "Access"), "Execution role")
    at.segmented_control(key="access.role.kind").set_value("The set tutorials attach").run()
    at.button(key="access.role.review").click().run()
    assert not at.exception
    assert "may do everything in SageMaker" in " ".join(each.value for each in at.warning) + _said(at)
    next(each for each in at.button if each.label.startswith("Make it ·")).click().run()
    assert [plan.title for plan in console.runs.started] == ["Create the execution role sagedeck-execution-us-east-1"]


def test_a_user_that_somebody_else_made_is_refused_in_words(open_page: Open) -> None:
    iam = Iam(user=FoundUser(name="sagemaker-deployer"))
    at = _part(open_page("access", _console(iam), "Access"), "User")
    at.button(key="access.user.review").click().run()
    assert not at.exception
    assert any("this console did not make it" in each.value for each in at.error)


def test_a_wrong_name_or_policy_is_told_below_its_field_before_iam_is_asked(open_page: Open) -> None:
    at = _part(open_page("access", _console(Iam()), "Access"), "User")
    at.text_input(key="access.user.name").set_value("nëw user!").run()
    assert "name has 1 to 64 letters" in _said(at)
    assert at.button(key="access.user.review").disabled
    at.text_input(key="access.user.name").set_value("reader").run()
    at.text_area(key="access.user.policies").set_value("AmazonS3FullAccess").run()
    assert "AmazonS3FullAccess is not the ARN of a policy" in _said(at).replace("\\", "")
    assert at.button(key="access.user.review").disabled
    at = _part(at, "Execution role")
    at.text_input(key="access.role.name").set_value("a role").run()
    assert not at.exception
    assert at.button(key="access.role.review").disabled


def test_iam_is_asked_again_when_somebody_wants_to_know_again(open_page: Open) -> None:
    iam = Iam()
    console = _console(iam)
    at = open_page("access", console, "Access")
    iam.denied = ("sagemaker:CreateEndpoint",)
    at.button(key="access.again").click().run()
    assert not at.exception
    assert console.refreshed == 1
    assert "A policy that allows what is missing" in _said(at)


def test_a_key_is_shown_once_and_put_away(open_page: Open) -> None:
    console = _console(Iam())
    handed = {"create-key.join(' ', [AccessKey.AccessKeyId, AccessKey.SecretAccessKey])": "AKID secret-value"}
    taken: list[str] = []

    def take(run_id: str) -> dict[str, str]:
        taken.append(run_id)
        return handed if len(taken) == 1 else {}

    runs: Any = SimpleNamespace(
        view=lambda _: run_view(RunStatus.DONE),
        take_secrets=take,
        needs=lambda _: (),
        list=lambda *_: (),
        pulses=lambda *_: (),
    )
    console.runs = runs
    at = open_page("access", console, "Access", run="run-1")
    assert any(each.value == "secret-value" for each in at.code)
    at.button(key="access.user.done").click().run()
    assert not at.exception
    assert not any(each.value == "secret-value" for each in at.code)
