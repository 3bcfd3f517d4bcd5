namespace BackupOperator.LocalCluster.ApiServer.Requests;

/// <summary>What to do with fields that the schema does not know (the query parameter <c>fieldValidation</c>).</summary>
internal enum FieldValidation
{
    /// <summary>Drop them.</summary>
    Ignore,

    /// <summary>Drop them and send a <c>Warning</c> header for each.</summary>
    Warn,

    /// <summary>Refuse the request with 400.</summary>
    Strict,
}
