using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>
/// The summaries of documentation comments, from the XML file that the compiler writes beside an assembly
/// (<c>GenerateDocumentationFile</c>). Without the file there are none.
/// </summary>
internal sealed class DocumentationComments
{
    private readonly Dictionary<Assembly, Dictionary<string, string>> files = [];

    public string? Of(Type type) => Find(type.Assembly, $"T:{NameOf(type)}");

    public string? Of(PropertyInfo property) =>
        Find(property.DeclaringType!.Assembly, $"P:{NameOf(property.DeclaringType)}.{property.Name}");

    private static string NameOf(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private string? Find(Assembly assembly, string member)
    {
        if (!files.TryGetValue(assembly, out var summaries))
        {
            files[assembly] = summaries = Read(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"));
        }

        return summaries.GetValueOrDefault(member);
    }

    private static Dictionary<string, string> Read(string file)
    {
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(file))
        {
            return summaries;
        }

        foreach (var member in XDocument.Load(file).Descendants("member"))
        {
            if (member.Attribute("name") is { } name && member.Element("summary") is { } summary)
            {
                summaries[name.Value] = Text(summary);
            }
        }

        return summaries;
    }

    private static string Text(XElement summary)
    {
        var text = new StringBuilder();
        Append(text, summary);
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText plain:
                    text.Append(plain.Value);
                    break;
                case XElement { IsEmpty: true } reference:
                    text.Append(LastPart(reference.FirstAttribute?.Value ?? ""));
                    break;
                case XElement inner:
                    Append(text, inner);
                    break;
            }
        }
    }

    private static string LastPart(string reference) => reference[(reference.LastIndexOf('.') + 1)..];
}
