"""How much faster a full backup could be at all, where the place that stores it shares the cores."""

from results import PlaceResults, Results
from tools.ours import Ours
from tools.tool import Operation


def text(results: Results, place: PlaceResults) -> str:
    """Nothing where the place costs nothing that can be told apart from the programs."""
    cores = int(results.machine["cores"].split()[0])
    spent = {tool: (full.median("cpu_seconds"), full.median("place_cpu_seconds"), full.median("seconds"))
             for tool in place.tools if (full := place.of(Operation.FULL, tool)).median("place_cpu_seconds") is not None}
    compression = results.compression.median("cpu_seconds")
    if Ours.name not in spent or compression is None:
        return ""
    own, gateway, _ = spent[Ours.name]
    lines = [
        f"- {tool}: {mine:.1f} s of its own and {its:.1f} s of the gateway, {(mine + its) / seconds / cores:.0%} of what {cores} cores have in its time"
        for tool, (mine, its, seconds) in spent.items()]
    lines += [
        f"- beside {tool}: {(mine + its) / (own + gateway):.2f}x by the CPU of both, {(mine + its) / gateway:.2f}x for a program that would cost nothing itself, "
        f"{mine / own:.2f}x by the programs' own CPU, which is what counts where the gateway has a machine of its own"
        for tool, (mine, its, _) in spent.items() if tool != Ours.name]
    return ("A full backup in CPU seconds. The gateway's are the same for everybody, so they bound the ratios above; the "
            f"command `zstd -1` with one thread takes {compression:.1f} s to read and compress this data.\n\n" + "\n".join(lines))
