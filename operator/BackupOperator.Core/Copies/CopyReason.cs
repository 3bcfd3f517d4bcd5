namespace BackupOperator.Core.Copies;

/// <summary>Reasons of the condition CopiesComplete while it is False.</summary>
public static class CopyReason
{
    public const string CopyFailed = nameof(CopyFailed);

    /// <summary>Another attempt is under way.</summary>
    public const string Copying = nameof(Copying);

    /// <summary>Nothing more is tried.</summary>
    public const string GivenUp = nameof(GivenUp);
}
