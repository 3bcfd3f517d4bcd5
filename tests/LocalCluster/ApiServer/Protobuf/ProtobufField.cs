namespace BackupOperator.LocalCluster.ApiServer.Protobuf;

/// <summary>A field of a message.</summary>
/// <param name="Kind">text, int, bool, bytes, message, texts, messages, map or bytesMap.</param>
internal sealed record ProtobufField(string Name, string Kind, ProtobufMessage? Message = null);

/// <summary>The fields of a message by their numbers.</summary>
internal sealed class ProtobufMessage(params (int Number, ProtobufField Field)[] fields)
{
    private readonly Dictionary<int, ProtobufField> byNumber = fields.ToDictionary(entry => entry.Number, entry => entry.Field);

    public ProtobufField? Find(int number) => byNumber.GetValueOrDefault(number);
}
