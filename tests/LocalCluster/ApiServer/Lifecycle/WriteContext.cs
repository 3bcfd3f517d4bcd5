using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>How a write is to be done.</summary>
/// <param name="FieldManager">Whom managedFields names.</param>
/// <param name="DryRun">Do everything but store.</param>
/// <param name="Warn">Sends a warning to the client.</param>
internal sealed record WriteContext(string FieldManager, bool DryRun = false, FieldValidation FieldValidation = FieldValidation.Ignore, Action<string>? Warn = null)
{
    /// <summary>Writes of the cluster's own controllers.</summary>
    public static WriteContext Internal { get; } = new("kube-controller-manager");

    public string Subresource { get; init; } = "";

    /// <summary>Looks at the object before it is stored, and may refuse it.</summary>
    public Action<JsonObject>? Admit { get; init; }

    /// <summary>Set where managedFields was already made by server-side apply.</summary>
    public bool KeepManagedFields { get; init; }
}
