namespace BackupOperator.TestSupport.Faults;

/// <summary>What a <see cref="FaultProxy"/> does to a request instead of passing it on unharmed.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>The server is not asked; the client gets this answer.</summary>
    /// <param name="RetryAfter">Value of that header.</param>
    /// <param name="Date">Value of the Date header; the present where it is null.</param>
    public sealed record Answer(int Status, string Code, string? RetryAfter = null, DateTimeOffset? Date = null) : Fault;

    /// <summary>The connection is reset (RST) before the server hears of the request.</summary>
    /// <param name="AfterBytes">So much of the body is taken before.</param>
    public sealed record ResetRequest(int AfterBytes = 0) : Fault;

    /// <summary>The server does what it is asked, and the connection is reset instead of an answer.</summary>
    public sealed record LoseAnswer : Fault;

    /// <summary>The server does what it is asked, nobody hears of it, and the connection stays.</summary>
    public sealed record KeepAnswer : Fault;

    /// <summary>The connection is reset after so many bytes of the answer's body.</summary>
    public sealed record CutAnswer(int AfterBytes) : Fault;

    /// <summary>Nothing more is read from the client after so much of its body; it is never answered.</summary>
    public sealed record HangInRequest(int AfterBytes = 0) : Fault;

    /// <summary>Nothing more comes after so many bytes of the answer's body, and the connection stays.</summary>
    public sealed record HangInAnswer(int AfterBytes = 0) : Fault;

    /// <summary>All is well, only late: before the request is passed on, and between pieces of the answer's body.</summary>
    public sealed record Slow(TimeSpan Before, TimeSpan BetweenPieces = default, int Piece = 64 << 10) : Fault;

    /// <summary>The server's answer gets one more header.</summary>
    public sealed record AddHeader(string Name, string Value) : Fault;

    /// <summary>The request is passed on when the task has ended.</summary>
    public sealed record Hold(Task Until) : Fault;
}
