"""`penstock run`: runs a pipeline, or says what would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.apps.cli.option import InProcess, Json, NoCache, Profile, Until, Verbose, Workers, new_app
from penstock.apps.cli.plain_value import PlainCommand

if TYPE_CHECKING:
    from penstock.engine.authoring import Pipeline
    from penstock.engine.runtime import RunOptions
    from penstock.workspace import Workspace

app = new_app()
_FILE = "Python file or package, and the pipeline in it where it defines several."
_Target = Annotated[str, typer.Argument(metavar="FILE[:PIPELINE]", help=_FILE, show_default=False)]
_Pairs = Annotated[
    list[str] | None,
    typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter; strings need no quotes, lists are JSON."),
]
_Plan = Annotated[bool, typer.Option("--plan", help="Only say what would run, and why.")]


@app.command(cls=PlainCommand)
def run(
    target: _Target,
    param: _Pairs = None,
    profile: Profile = "",
    workers: Workers = None,
    no_cache: NoCache = False,
    until: Until = "",
    inline: InProcess = False,
    plan: _Plan = False,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Run a pipeline; steps that are unchanged are not run again.

    With --json: one event per line.
    """
    from penstock.apps.cli.output import only_json
    from penstock.apps.cli.parameter import parse_parameters
    from penstock.apps.cli.session import open_workspace
    from penstock.apps.cli.target import load_pipeline
    from penstock.engine.runtime import RunOptions

    with only_json(json):
        pipeline = load_pipeline(target)
    values = parse_parameters(param or [], pipeline.graph.parameters, pipeline=pipeline.name)
    options = RunOptions(workers=workers, is_cached=not no_cache, until=until, inline=inline)
    with open_workspace(profile, workers=workers) as workspace:
        if plan:
            _print_plan(workspace, pipeline, values, options, is_json=json)
            return
        from penstock.apps.cli.carry_out import carry_out
        from penstock.apps.cli.progress import DisplayOptions

        steps = tuple(node.name for node in pipeline.graph.nodes)
        log_file = workspace.log_file if verbose else None
        display = DisplayOptions(is_json=json, is_live=not inline, log_file=log_file, steps=steps)
        code = carry_out(
            workspace, lambda watch: workspace.run(pipeline, values, options=options, watch=watch), display
        )
    raise typer.Exit(code)


def _print_plan(
    workspace: Workspace, pipeline: Pipeline, values: dict[str, Any], options: RunOptions, *, is_json: bool
) -> None:
    from penstock.apps.cli.output import only_json, print_json, print_lines
    from penstock.apps.cli.plan import plan_lines

    with only_json(is_json):
        planned = workspace.plan(pipeline, values, options=options)
    if is_json:
        for item in planned:
            print_json({"step": item.step, "item": item.item, "state": item.state, "why": item.why})
    else:
        print_lines(plan_lines(pipeline.name, planned))
