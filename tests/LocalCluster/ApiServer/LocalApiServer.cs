using System.Net;
using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Authorization;
using BackupOperator.LocalCluster.ApiServer.Controllers;
using BackupOperator.LocalCluster.ApiServer.Discovery;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Handlers;
using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.OpenApi;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;
using BackupOperator.LocalCluster.ApiServer.Watching;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>A Kubernetes API server in this process: HTTPS, bearer tokens, objects in memory.</summary>
public sealed class LocalApiServer : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ServerCertificates certificates;
    private readonly ControllerLoop controllers;
    private readonly TokenAuthority tokens;
    private readonly ClusterState state;
    private readonly LogHandler logs;
    private readonly bool ownsKubeconfig;

    private LocalApiServer(ApiServerOptions options)
    {
        certificates = ServerCertificates.Create(options.Time, [options.Address]);
        state = new ClusterState(new ObjectStore(options.HistoryLimit), new ResourceRegistry(BuiltInResources.All), options.Time, options.Random);
        tokens = new TokenAuthority(state.Store, options.Time);
        var watches = new OpenWatches();
        Faults = new FaultInjector(watches);
        var creator = new ObjectCreator(state);
        var updater = new ObjectUpdater(state);
        var deleter = new ObjectDeleter(state);
        var namespaces = new NamespaceController(state, creator, updater, deleter, certificates.CaPem);
        var collector = new GarbageCollector(state, updater, deleter);
        var installer = new CustomResourceInstaller(state, updater);
        controllers = new ControllerLoop(state.Store, [installer.Reconcile, namespaces.Reconcile, collector.Reconcile]);
        logs = new LogHandler(state);
        var authorizer = new RoleBasedAuthorizer(state.Store);
        var contexts = new WriteContexts(new EscalationCheck(authorizer));
        var output = new ObjectOutput(options.Time);
        var router = new ResourceRouter(
            state.Registry,
            authorizer,
            new ReviewHandler(authorizer, tokens),
            new ResourceHandler(state, output, contexts, namespaces.Furnish),
            new WatchHandler(new WatchStream(state.Store, options.Time, options.BookmarkInterval), output, watches),
            new SubresourceHandlers(logs, new ScaleHandler(state, contexts), new TokenRequestHandler(state, tokens), new PodSubresourceHandler(state, contexts)));
        var pipeline = new RequestPipeline(tokens, Faults, options.Time, authorizer, new DiscoveryHandler(new DiscoveryDocuments(state.Registry), new OpenApiDocuments(state.Registry)), router);
        ownsKubeconfig = options.KubeconfigPath is null;
        KubeconfigPath = options.KubeconfigPath ?? Path.Combine(Path.GetTempPath(), $"localcluster-{Guid.NewGuid():N}.kubeconfig");
        web = Build(options, certificates, pipeline);
    }

    public string Url { get; private set; } = "";

    /// <summary>The certificate authority that signed the server's certificate.</summary>
    public string CaPem => certificates.CaPem;

    /// <summary>A kubeconfig file of the administrator.</summary>
    public string KubeconfigPath { get; }

    public string AdminToken => tokens.AdminToken;

    /// <summary>Makes requests go wrong.</summary>
    public FaultInjector Faults { get; }

    /// <summary>Where <c>pods/log</c> finds output; the kubelet sets it.</summary>
    public IPodLogs? PodLogs { get => logs.Source; set => logs.Source = value; }

    public static async Task<LocalApiServer> StartAsync(ApiServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ApiServerOptions();
        var server = new LocalApiServer(options);
        await server.web.StartAsync(cancellationToken);
        var bound = server.web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var host = options.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : options.Address;
        server.Url = $"https://{host}:{new Uri(bound).Port}";
        new ClusterBootstrap(server.state).Run(options.Namespaces);
        server.controllers.RunOnce();
        server.controllers.Start();
        server.WriteKubeconfig(server.KubeconfigPath);
        return server;
    }

    /// <summary>Writes the administrator's kubeconfig.</summary>
    public void WriteKubeconfig(string file) => Kubeconfig.Write(file, Kubeconfig.Text(Url, CaPem, AdminToken, "kubernetes-admin"));

    /// <summary>Writes a kubeconfig that leads to something between a client and the server.</summary>
    /// <param name="token">Null: the administrator's.</param>
    public void WriteKubeconfig(string file, Uri through, string? token = null) =>
        Kubeconfig.Write(file, Kubeconfig.Text(through.ToString().TrimEnd('/'), CaPem, token ?? AdminToken, token is null ? "kubernetes-admin" : "serviceaccount"));

    /// <summary>An object as it is at this moment, without a request: for rules of <see cref="Faults"/> that depend on it.</summary>
    /// <param name="kind"><c>group/plural</c>, such as <c>apps/statefulsets</c> or <c>/pods</c>.</param>
    /// <returns>Null where there is none.</returns>
    public JsonObject? Peek(string kind, string @namespace, string name) => state.Store.Get(kind, @namespace, name)?.Copy();

    /// <summary>Writes a kubeconfig of a service account.</summary>
    public void WriteKubeconfig(string file, string token, string @namespace) =>
        Kubeconfig.Write(file, Kubeconfig.Text(Url, CaPem, token, "serviceaccount", @namespace));

    /// <summary>Makes a token for a service account that exists.</summary>
    /// <exception cref="ArgumentException">There is no such account.</exception>
    public string CreateToken(string @namespace, string serviceAccount, TimeSpan? lifetime = null)
    {
        var account = state.Store.Get("/serviceaccounts", @namespace, serviceAccount)
            ?? throw new ArgumentException($"there is no service account {@namespace}/{serviceAccount}", nameof(serviceAccount));
        return tokens.Create(@namespace, serviceAccount, account.Uid, lifetime ?? TimeSpan.FromHours(1)).Token;
    }

    /// <summary>From now on requests with this token get 401.</summary>
    public bool RevokeToken(string token) => tokens.Revoke(token);

    /// <summary>From now on requests with any token of this account get 401.</summary>
    public void RevokeTokens(string @namespace, string serviceAccount) => tokens.RevokeAll(@namespace, serviceAccount);

    /// <summary>Forgets all past changes, so that older watches and lists get 410.</summary>
    public void CompactHistory() => state.Store.Compact();

    public async ValueTask DisposeAsync()
    {
        Faults.EndWatches();
        await controllers.DisposeAsync();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
        {
            await web.StopAsync(patience.Token);
        }

        await web.DisposeAsync();
        certificates.Dispose();
        if (ownsKubeconfig)
        {
            File.Delete(KubeconfigPath);
        }
    }

    private static WebApplication Build(ApiServerOptions options, ServerCertificates certificates, RequestPipeline pipeline)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "localcluster" });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(options.Address, options.Port, listen => listen.UseHttps(certificates.Server));
        });
        var application = builder.Build();
        application.Run(pipeline.HandleAsync);
        return application;
    }
}
