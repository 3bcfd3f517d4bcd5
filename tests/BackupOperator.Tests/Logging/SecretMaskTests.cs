using BackupOperator.Logging;

namespace BackupOperator.Tests.Logging;

public sealed class SecretMaskTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("secrets-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("MYSQL_PASSWORD")]
    [InlineData("AWS_SECRET_ACCESS_KEY")]
    [InlineData("api_token")]
    public void The_value_of_a_telling_variable_is_masked(string name) =>
        new SecretMask().WithEnvironment([new(name, "s3cr3t-value")]).Apply("a s3cr3t-value, and s3cr3t-value").ShouldBe("a ***, and ***");

    [Theory]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token")]
    [InlineData("SIDECAR_IMAGE", "registry/sidecar")]
    [InlineData("DB_PASSWORD", "short")]
    public void Other_variables_and_what_is_too_short_are_not(string name, string value) =>
        new SecretMask().WithEnvironment([new(name, value)]).Apply($"x {value} y").ShouldBe($"x {value} y");

    [Fact]
    public void A_secret_is_found_as_json_writes_it_and_within_a_longer_one() =>
        new SecretMask().Add("long\"secret").Add("long\"secret-and-more").Apply("""{"a":"long\u0022secret","b":"long\"secret-and-more"} long"secret""")
            .ShouldBe("""{"a":"***","b":"***"} ***""");

    [Fact]
    public void Files_of_mounted_secrets_are_masked_and_what_is_public_is_not()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "secretAccessKey"), "AbCdEfGhIjKl\n");
        File.WriteAllText(Path.Combine(folder.FullName, "accessKeyId"), "AKIAEXAMPLE");
        var mask = new SecretMask().WithFolders(folder.FullName, "/does/not/exist");
        mask.Apply("AKIAEXAMPLE:AbCdEfGhIjKl").ShouldBe("AKIAEXAMPLE:***");
    }
}
