using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Sidecar.Failures;
using BackupOperator.Sidecar.Targets;

namespace BackupOperator.Sidecar.Tests.Targets;

public sealed class ApiRetryTests
{
    [Theory]
    [InlineData(HttpStatusCode.Forbidden, true)]
    [InlineData(HttpStatusCode.Unauthorized, true)]
    [InlineData(HttpStatusCode.TooManyRequests, false)]
    public async Task A_refusal_says_what_was_asked_and_that_rights_may_be_gone(HttpStatusCode status, bool rights)
    {
        var retry = new ApiRetry(TimeProvider.System, new Random(1));
        var refused = await Should.ThrowAsync<RunException>(() => retry.RunAsync<int>(
            _ => throw new KubernetesApiException(status, null, "PATCH /apis/apps/v1/namespaces/shop/statefulsets/db: no"), TimeSpan.Zero, CancellationToken.None));

        refused.Message.ShouldContain("PATCH /apis/apps/v1/namespaces/shop/statefulsets/db");
        refused.Message.Contains("RoleBinding", StringComparison.Ordinal).ShouldBe(rights);
    }
}
