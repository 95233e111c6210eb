"""Every page, its place in the sidebar, and its path; adding a page is one line here."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import Page

HOME = "../pages/home.py"
MODELS = "../pages/models.py"
DEPLOY = "../pages/deploy.py"
ENDPOINTS = "../pages/endpoints.py"
BATCH = "../pages/batch.py"  # ?job=NAME
FINE_TUNE = "../pages/fine_tune.py"  # ?model=ID, ?text=… or ?uri=s3://…: the form; ?job=NAME: a training
ENDPOINT = "../pages/endpoint.py"  # ?endpoint=NAME&tab=Metrics; not in the sidebar: one comes from a row
DOCUMENTS = "../pages/playground/documents.py"
ASK = "../pages/playground/ask.py"
CHAT = "../pages/playground/chat.py"
EVALUATION = "../pages/playground/evaluation.py"
PROMPTS = "../pages/playground/prompts.py"
COLLECTIONS = "../pages/playground/collections.py"
BILL = "../pages/costs/bill.py"
SAVINGS = "../pages/costs/savings.py"
LEASES = "../pages/costs/leases.py"
CLEAN_UP = "../pages/clean_up.py"
STUDIO = "../pages/costs/studio.py"  # removing a domain; working in one is SPACES
NOTEBOOKS = "../pages/workspaces/notebooks.py"
SPACES = "../pages/workspaces/spaces.py"
ACTIVITY = "../pages/activity.py"
TAKE_DOWN = "../pages/take_down.py"
AUTOPILOT_JOBS = "../pages/autopilot/jobs.py"
AUTOPILOT_JOB = "../pages/autopilot/job.py"  # ?job=NAME&tab=Leaderboard&candidate=…
AUTOPILOT = "../pages/autopilot/launch.py"  # ?table=…&target=…: what was chosen is found again after a refresh
SETTINGS = "../pages/settings.py"
SANDBOX = "../pages/sandbox.py"
ACCESS = "../pages/access.py"


def pages(*, sandbox: bool = False) -> dict[str, list[Page]]:
    """The pages by section, in the order they are shown. Paths are relative to ui/, where the main script is.

    `sandbox`: whether the sandbox's own page is listed; it opens by its address in any case.
    """
    return {
        "": [
            st.Page(HOME, title="Home", icon=":material/space_dashboard:", default=True,
                    help="What runs, what it costs an hour, and what to do next."),
        ],
        "Models": _models(),
        "Autopilot": _autopilot(),
        "Playground": _playground(),
        "Workspaces": _workspaces(),
        "Cost": _cost(),
        "Account": [
            st.Page(ACTIVITY, title="Activity", icon=":material/history:",
                    help="Everything this console did, with receipts."),
            st.Page(TAKE_DOWN, title="Take down", icon=":material/delete_sweep:",
                    help="Remove what this console made, in order, with proof."),
            st.Page(ACCESS, title="Access", icon=":material/key:",
                    help="What you may do, the execution role, users for programs, policies to hand on."),
            st.Page(SETTINGS, title="Settings", icon=":material/settings:",
                    help="Which account, database and models are used, from where, and a test of each."),
            st.Page(SANDBOX, title="Sandbox", icon=":material/science:",
                    visibility="visible" if sandbox else "hidden",
                    help="What stands in for AWS: what it holds, its clock, and what to make go wrong in it."),
        ],
    }  # fmt: skip


def _models() -> list[Page]:
    return [
        st.Page(MODELS, title="Models", icon=":material/network_intelligence:",
                help="Every model JumpStart offers: search, prices, machines, licences."),
        st.Page(DEPLOY, title="Deploy", icon=":material/rocket_launch:",
                help="Choose a model or a pair, see the plan and its price, deploy."),
        st.Page(FINE_TUNE, title="Fine-tune", icon=":material/model_training:", url_path="fine-tune",
                help="A text model learns from your own text: plan, train, compare, deploy."),
        st.Page(ENDPOINTS, title="Endpoints", icon=":material/dns:",
                help="Every endpoint of this account and region: status, price, test, delete."),
        st.Page(BATCH, title="Batch", icon=":material/batch_prediction:", url_path="batch",
                help="A model's answers to a whole S3 prefix: begin, follow, read, stop."),
        st.Page(ENDPOINT, title="Endpoint", icon=":material/dns:", visibility="hidden",
                help="One endpoint: metrics, logs, test, alarms, what happened, and every change."),
    ]  # fmt: skip


def _autopilot() -> list[Page]:
    return [
        st.Page(AUTOPILOT, title="Autopilot", icon=":material/auto_awesome:", url_path="autopilot",
                help="From a table to predictions: check it, see what it may cost, launch."),
        st.Page(AUTOPILOT_JOBS, title="Experiments", icon=":material/science:", url_path="autopilot-jobs",
                help="Autopilot's jobs: how far they are, their candidates ranked, what came out."),
        st.Page(AUTOPILOT_JOB, title="Experiment", icon=":material/science:", url_path="autopilot-job",
                visibility="hidden", help="One job: progress, leaderboard, reports, deploy, predict."),
    ]  # fmt: skip


def _playground() -> list[Page]:
    return [
        st.Page(DOCUMENTS, title="Documents", icon=":material/description:",
                help="Add files and see which can be asked."),
        st.Page(ASK, title="Ask", icon=":material/forum:",
                help="Ask your documents; every answer cites its passages."),
        st.Page(CHAT, title="Chat", icon=":material/chat:",
                help="Talk to a deployed language model directly."),
        st.Page(COLLECTIONS, title="Collections", icon=":material/database:",
                help="Where passages are kept: make, look into, empty, delete."),
        st.Page(PROMPTS, title="Prompts", icon=":material/edit_note:",
                help="Templates with variables: write, compare, share and use them."),
        st.Page(EVALUATION, title="Evaluation", icon=":material/experiment:",
                help="Measure which cut, model and search answer your documents best."),
    ]  # fmt: skip


def _workspaces() -> list[Page]:
    return [
        st.Page(NOTEBOOKS, title="Notebooks", icon=":material/book_2:",
                help="Notebook instances: make, start, open, stop, grow, delete; what each costs."),
        st.Page(SPACES, title="Studio", icon=":material/workspaces:", url_path="spaces",
                help="Studio's spaces: JupyterLab and Code Editor made, run, opened, stopped, deleted."),
    ]  # fmt: skip


def _cost() -> list[Page]:
    return [
        st.Page(BILL, title="Bill", icon=":material/receipt_long:",
                help="What costs now, what it came to this month, AWS's own count by day, budgets."),
        st.Page(SAVINGS, title="Savings", icon=":material/savings:",
                help="What is idle, oversized or orphaned, with the proof, and the plan that ends it."),
        st.Page(LEASES, title="Leases", icon=":material/event:",
                help="Endpoints with an agreed end, kept also while no console runs: extend, change, give one."),
        st.Page(CLEAN_UP, title="Clean up", icon=":material/cleaning_services:",
                help="What an account holds and nobody needs: removed in order, with proof."),
        st.Page(STUDIO, title="Remove Studio", icon=":material/domain_disabled:",
                help="Studio's domains with all they hold: each part kept or removed."),
    ]  # fmt: skip
