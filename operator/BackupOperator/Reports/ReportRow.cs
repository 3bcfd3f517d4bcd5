using BackupOperator.Core.Statistics;

namespace BackupOperator.Reports;

/// <summary>What became of the backups of a schedule, or of those that were made by hand, in a period.</summary>
/// <param name="Schedule">Null: they belong to none.</param>
/// <param name="Anomalies">Those of the period that are still known.</param>
internal sealed record ReportRow(string Namespace, string? Schedule, string Target, RunTally Tally, IReadOnlyList<RunAnomaly> Anomalies);
