namespace BackupOperator.Kubernetes.Watching;

/// <summary>The part of an informer that does not depend on its kind.</summary>
internal interface IInformer
{
    /// <summary>Ends when the first list has been read, or is refused where others go on without it.</summary>
    Task Synced { get; }

    string Kind { get; }

    /// <summary>What the API server refuses, in words for people; null while it does not.</summary>
    string? Refusal { get; }

    /// <summary>What is wrong with its loop; null while it moves, also where nothing but errors come back.</summary>
    string? Problem { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
