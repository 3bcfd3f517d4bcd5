using BackupOperator.LocalCluster.ApiServer.Authorization;
using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Reads from a request how its write is to be done.</summary>
internal sealed class WriteContexts(EscalationCheck escalation)
{
    public WriteContext For(ApiRequest request, IReadOnlyList<string>? duplicates = null)
    {
        var validation = request.FieldValidation;
        void Warn(string text) => ResponseWriter.Warn(request.Http, text);
        foreach (var field in duplicates ?? [])
        {
            switch (validation)
            {
                case FieldValidation.Strict:
                    throw ApiErrors.BadRequest($"{request.Definition.Kind} in version \"{request.Definition.Version}\" cannot be handled as a {request.Definition.Kind}: strict decoding error: duplicate field \"{field}\"");
                case FieldValidation.Warn:
                    Warn($"duplicate field \"{field}\"");
                    break;
            }
        }

        return new WriteContext(request.FieldManager, request.DryRun, validation, Warn)
        {
            Subresource = request.Info.Subresource,
            Admit = request.Info.Group == "rbac.authorization.k8s.io"
                ? body => escalation.Check(request.User, request.Info.Resource, request.Info.Namespace, body)
                : null,
        };
    }
}
