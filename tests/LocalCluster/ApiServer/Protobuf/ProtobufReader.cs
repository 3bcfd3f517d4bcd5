namespace BackupOperator.LocalCluster.ApiServer.Protobuf;

/// <summary>Reads the wire format of protocol buffers into JSON; fields that are not described are skipped.</summary>
internal ref struct ProtobufReader
{
    private ReadOnlySpan<byte> rest;

    private ProtobufReader(ReadOnlySpan<byte> bytes) => rest = bytes;

    /// <exception cref="ApiStatusException">The bytes end early.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> bytes, ProtobufMessage message)
    {
        var reader = new ProtobufReader(bytes);
        var result = new JsonObject();
        while (reader.rest.Length > 0)
        {
            var tag = reader.Varint();
            var field = message.Find((int)(tag >> 3));
            switch (tag & 7)
            {
                case 0:
                    var number = (long)reader.Varint();
                    if (field is not null)
                    {
                        result[field.Name] = field.Kind == "bool" ? JsonValue.Create(number != 0) : JsonValue.Create(number);
                    }

                    break;
                case 1:
                    reader.Take(8);
                    break;
                case 2:
                    var content = reader.Take((int)reader.Varint());
                    if (field is not null)
                    {
                        Add(result, field, content);
                    }

                    break;
                case 5:
                    reader.Take(4);
                    break;
                default:
                    throw Broken();
            }
        }

        return result;
    }

    private static void Add(JsonObject result, ProtobufField field, ReadOnlySpan<byte> content)
    {
        switch (field.Kind)
        {
            case "text" when content.Length > 0:
                result[field.Name] = Encoding.UTF8.GetString(content);
                break;
            case "bytes":
                result[field.Name] = Convert.ToBase64String(content);
                break;
            case "message":
                result[field.Name] = Read(content, field.Message!);
                break;
            case "messages":
                List(result, field).Add(Read(content, field.Message!));
                break;
            case "texts":
                List(result, field).Add(Encoding.UTF8.GetString(content));
                break;
            case "map" or "bytesMap":
                var entry = Read(content, new ProtobufMessage((1, new("key", "text")), (2, new("value", "bytes"))));
                var value = Convert.FromBase64String(entry.Text("value") ?? "");
                result.Child(field.Name)[entry.Text("key") ?? ""] = field.Kind == "map" ? Encoding.UTF8.GetString(value) : Convert.ToBase64String(value);
                break;
        }
    }

    private static JsonArray List(JsonObject result, ProtobufField field)
    {
        if (result[field.Name] is not JsonArray list)
        {
            result[field.Name] = list = [];
        }

        return list;
    }

    private static ApiStatusException Broken() => ApiErrors.BadRequest("the body of the request is broken protobuf");

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Broken();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > rest.Length)
        {
            throw Broken();
        }

        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
