namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>What a kind does with its objects beyond what its schema says.</summary>
internal class ResourceStrategy
{
    public static ResourceStrategy None { get; } = new();

    /// <summary>How dependents are treated when a deletion does not say: <c>Background</c> for all but Jobs of batch/v1.</summary>
    public virtual string DefaultPropagation => "Background";

    /// <summary>Fills in what a new object needs; after defaults, before validation.</summary>
    public virtual void PrepareForCreate(JsonObject body, StrategyContext context)
    {
    }

    public virtual void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context)
    {
    }

    public virtual IEnumerable<FieldError> Validate(JsonObject body) => [];

    public virtual IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old) => [];

    /// <summary>How long an object stays with a deletionTimestamp before it goes; 0 for kinds that are deleted at once.</summary>
    public virtual long GracePeriodSeconds(JsonObject body, long? asked) => 0;
}
