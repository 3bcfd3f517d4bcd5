namespace BackupOperator.Chaos.Matrix;

/// <summary>What a fault strikes.</summary>
internal enum Component
{
    Operator,
    Sidecar,
    Mysqld,
    Store,
    ApiServer,

    /// <summary>All processes of the node, its kubelet included.</summary>
    Node,

    /// <summary>Both that could bring MySQL back, at the same moment.</summary>
    OperatorAndSidecar,
}
