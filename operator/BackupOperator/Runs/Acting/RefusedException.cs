namespace BackupOperator.Runs;

/// <summary>The API server does not take what a run needs to create, and may take it later: a quota, a webhook, a policy.</summary>
internal sealed class RefusedException(string message, Exception inner) : Exception(message, inner);
