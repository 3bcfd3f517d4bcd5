using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Authorization;
using BackupOperator.LocalCluster.ApiServer.Discovery;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Handlers;
using BackupOperator.LocalCluster.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>Every request's way: authentication, faults, authorization, then discovery or a resource.</summary>
internal sealed class RequestPipeline(
    TokenAuthority tokens,
    FaultInjector faults,
    TimeProvider time,
    RoleBasedAuthorizer authorizer,
    DiscoveryHandler discovery,
    ResourceRouter router)
{
    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            var user = Authenticate(http);
            var info = RequestInfoParser.Parse(http.Request) with { User = user.Name };
            var fault = faults.Next(info);
            if (fault is not null && await StrikeAsync(http, info, fault))
            {
                return;
            }

            if (fault?.HoldAnswer is { } hold)
            {
                await ServeLateAsync(http, info, user, hold);
                return;
            }

            await ServeAsync(http, info, user, fault?.DropAfter ?? false);
        }
        catch (ApiStatusException error) when (!http.Response.HasStarted)
        {
            await ResponseWriter.WriteErrorAsync(http, error);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
        catch (Exception error) when (error is not ApiStatusException && !http.Response.HasStarted)
        {
            await ResponseWriter.WriteErrorAsync(http, new ApiStatusException(500, "InternalError", $"Internal error occurred: {error}"));
        }
    }

    private async Task ServeLateAsync(HttpContext http, RequestInfo info, UserInfo user, Func<RequestInfo, CancellationToken, Task> hold)
    {
        var answer = http.Response.Body;
        using var kept = new MemoryStream();
        http.Response.Body = kept;
        try
        {
            await ServeAsync(http, info, user, dropAnswer: false);
        }
        finally
        {
            http.Response.Body = answer;
        }

        await hold(info, http.RequestAborted);
        await answer.WriteAsync(kept.ToArray(), http.RequestAborted);
    }

    private async Task ServeAsync(HttpContext http, RequestInfo info, UserInfo user, bool dropAnswer)
    {
        var answer = http.Response.Body;
        if (dropAnswer)
        {
            http.Response.Body = Stream.Null;
        }

        if (!info.IsResource)
        {
            if (!authorizer.AllowsUrl(user, info.Verb, info.Path))
            {
                throw new ApiStatusException(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {info.Verb} path \"{info.Path}\"", []);
            }

            await discovery.HandleAsync(http);
        }
        else
        {
            await router.HandleAsync(http, info, user);
        }

        if (dropAnswer)
        {
            http.Response.Body = answer;
            http.Abort();
        }
    }

    private UserInfo Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return UserInfo.Anonymous;
        }

        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && tokens.Authenticate(header["Bearer ".Length..].Trim()) is { } user
            ? user
            : throw ApiErrors.Unauthorized();
    }

    private async Task<bool> StrikeAsync(HttpContext http, RequestInfo info, Fault fault)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, time, http.RequestAborted);
        }

        if (fault.Hold is { } hold)
        {
            await hold(info, http.RequestAborted);
        }

        if (fault.DropBefore)
        {
            http.Abort();
            return true;
        }

        if (fault.Answer is not { } code)
        {
            return false;
        }

        throw FaultAnswers.Of((int)code, fault);
    }
}
