namespace BackupOperator.Archive.Tests.Support;

/// <summary>How much chance is given a chance: a little in every run, all of it in <c>make fuzz</c>.</summary>
internal static class Amount
{
    /// <summary>How often the number of inputs is what a test takes by default (environment variable FUZZ_FACTOR).</summary>
    public static int Of(int usual) => usual * (int.TryParse(Environment.GetEnvironmentVariable("FUZZ_FACTOR"), out var factor) ? factor : 1);
}
