namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>One entry of <c>x-kubernetes-validations</c>.</summary>
/// <param name="IsTransition">The rule speaks of oldSelf: it counts only for updates.</param>
internal sealed record CelRule(string Text, CelNode Expression, string Message, CelNode? MessageExpression, string Reason, string FieldPath, bool OptionalOldSelf, bool IsTransition)
{
    public static CelRule Read(JsonObject source)
    {
        var text = source.Text("rule") ?? "";
        var expression = CelParser.Parse(text);
        return new CelRule(
            text,
            expression,
            source.Text("message") ?? "",
            source.Text("messageExpression") is { Length: > 0 } message ? CelParser.Parse(message) : null,
            source.Text("reason") ?? "FieldValueInvalid",
            source.Text("fieldPath") ?? "",
            source.Flag("optionalOldSelf"),
            CelUses.Variable(expression, "oldSelf"));
    }
}
