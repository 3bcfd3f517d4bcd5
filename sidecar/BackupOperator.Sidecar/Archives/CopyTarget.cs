using BackupOperator.Archive.Storage;

namespace BackupOperator.Sidecar.Archives;

/// <summary>A further storage of a backup.</summary>
/// <param name="Index">Its place in <c>spec.copies</c>, from 0.</param>
/// <param name="Location">The backup there, for people: <c>s3://bucket/key</c>, or claim and path.</param>
/// <param name="Store">Null where it cannot be opened; <paramref name="Problem"/> says why.</param>
public sealed record CopyTarget(int Index, string Location, IObjectStore? Store, string? Problem = null);
