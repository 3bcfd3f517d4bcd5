namespace BackupOperator.LocalCluster.ApiServer.Protobuf;

/// <summary>
/// Reads objects in Kubernetes's binary form, which kubectl uses for the few kinds that it creates by typed clients
/// (<c>runtime.Unknown</c> behind the four bytes <c>k8s\0</c>).
/// </summary>
internal static class ProtobufEnvelope
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <exception cref="ApiStatusException">The bytes are no such object, or one of a kind that is only taken in JSON.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("k8s\0"u8))
        {
            throw ApiErrors.BadRequest("the body of the request is not an object in protobuf");
        }

        var envelope = ProtobufReader.Read(bytes[4..], ProtobufMessages.Envelope);
        var apiVersion = envelope.Text("typeMeta", "apiVersion") ?? "";
        var kind = envelope.Text("typeMeta", "kind") ?? "";
        var message = ProtobufMessages.Of(kind) ?? throw ApiErrors.UnsupportedMediaType(["application/json", "application/yaml"]);
        var body = ProtobufReader.Read(Convert.FromBase64String(envelope.Text("raw") ?? ""), message);
        body["apiVersion"] = apiVersion;
        body["kind"] = kind;
        return body;
    }
}
