namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Reads the text form of schemas; <c>meta.schema</c> describes it.</summary>
internal static class SchemaTextReader
{
    public static IReadOnlyDictionary<string, ObjectSchema> Read(IEnumerable<string> texts)
    {
        var types = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var headers = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var fields = new List<string>();
        foreach (var line in texts.SelectMany(text => text.Split('\n')).Where(line => line.Trim().Length > 0 && line[0] != '#'))
        {
            if (line[0] != ' ')
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                headers.Add(words[1], words);
                fields = [];
                types.Add(words[1], fields);
            }
            else
            {
                fields.Add(line.Trim());
            }
        }

        var schemas = headers.ToDictionary(
            header => header.Key,
            header => new ObjectSchema { Type = "object", MapType = header.Value.Contains("atomic") ? "atomic" : "" },
            StringComparer.Ordinal);
        foreach (var (name, lines) in types)
        {
            var schema = schemas[name];
            if (headers[name][0] == "kind")
            {
                schema.Properties["apiVersion"] = new ObjectSchema { Type = "string" };
                schema.Properties["kind"] = new ObjectSchema { Type = "string" };
                schema.Properties["metadata"] = schemas["ObjectMeta"];
            }

            foreach (var line in lines)
            {
                AddField(schema, SchemaTextField.Parse(line), schemas);
            }
        }

        return schemas;
    }

    private static void AddField(ObjectSchema owner, SchemaTextField field, Dictionary<string, ObjectSchema> schemas)
    {
        owner.Properties[field.Name] = Resolve(field, field.Type, schemas);
        if (field.Required)
        {
            owner.Required.Add(field.Name);
        }
    }

    private static ObjectSchema Resolve(SchemaTextField field, string type, Dictionary<string, ObjectSchema> schemas)
    {
        if (type[0] == '[')
        {
            var keys = field.Keys;
            var items = Resolve(SchemaTextField.Plain, type[1..^1], schemas);
            var scalars = items.Type is not ("object" or "");
            return new ObjectSchema
            {
                Type = "array",
                Items = items,
                ListType = keys.Count > 0 ? "map" : field.IsSet ? "set" : "atomic",
                ListMapKeys = keys,
                PatchMergeKey = field.MergeKey.Length > 0 ? field.MergeKey : keys is [var key, ..] ? key : "",
                PatchMerges = field.IsSet && scalars,
            };
        }

        if (type[0] == '{')
        {
            return new ObjectSchema
            {
                Type = "object",
                MapType = field.IsAtomic ? "atomic" : "",
                AdditionalProperties = Resolve(SchemaTextField.Plain, type[1..^1], schemas),
            };
        }

        return schemas.TryGetValue(type, out var named)
            ? field.Default is null ? named : named.WithDefault(field.Default)
            : Scalar(field, type);
    }

    private static ObjectSchema Scalar(SchemaTextField field, string type) => type switch
    {
        "string" => new ObjectSchema { Type = "string", Default = field.Default, Enum = field.Enum },
        "int" => new ObjectSchema { Type = "integer", Default = field.Default },
        "number" => new ObjectSchema { Type = "number", Default = field.Default },
        "bool" => new ObjectSchema { Type = "boolean", Default = field.Default },
        "time" or "microtime" => new ObjectSchema { Type = "string", Format = "date-time" },
        "bytes" => new ObjectSchema { Type = "string", Format = "byte" },
        "intstr" => new ObjectSchema { Type = "string", IntOrString = true },
        "quantity" => new ObjectSchema { Type = "string", IntOrString = true, Format = "quantity", Default = field.Default },
        "any" => new ObjectSchema { PreserveUnknown = true, Default = field.Default },
        _ => throw new FormatException($"there is no type {type} for {field.Name}"),
    };
}
