using System.Diagnostics;

namespace BackupOperator.Chaos.Running;

/// <summary>Says what happens, as it happens.</summary>
internal sealed class Report(TextWriter output)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Say(string text)
    {
        lock (_gate)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed:mm\\:ss} {text}"));
            output.Flush();
        }
    }

    public void Tell(CellResult result, int of)
    {
        var back = result.Back is { } time ? string.Create(CultureInfo.InvariantCulture, $", MySQL back after {time.TotalSeconds:0.0} s") : "";
        Tell(
            "matrix",
            of,
            $"{result.Cell.Name}: {result.Outcome} {result.Reason}".TrimEnd(),
            string.Create(CultureInfo.InvariantCulture, $" ({result.Took.TotalSeconds:0} s{back})"),
            result.Problems);
    }

    public void Tell(string story, Stories.StoryResult result, int of) => Tell(story, of, $"{result.Name}: {result.Outcome}", "", result.Problems);

    private void Tell(string part, int of, string what, string more, IReadOnlyList<string> problems)
    {
        lock (_gate)
        {
            _counts[part] = _counts.GetValueOrDefault(part) + 1;
            Say(string.Create(CultureInfo.InvariantCulture, $"{part} {_counts[part],3}/{of} {(problems.Count == 0 ? "ok  " : "FAIL")} {what}{more}"));
            foreach (var problem in problems)
            {
                Say($"      {problem}");
            }
        }
    }
}
