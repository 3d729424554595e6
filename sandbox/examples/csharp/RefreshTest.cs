// A refresh with a question, against `flinks-sandbox` started on its usual ports.
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

public sealed class RefreshTest : IDisposable
{
    private const string Api = "http://127.0.0.1:8801";
    private const string Banking = Api + "/v3/00000000-0000-4000-8000-5a4db0c05701/BankingServices";
    private const string SecretKey = "sandbox-secret-key-not-secret";
    private readonly HttpClient http = new();
    private readonly Process sandbox;

    public RefreshTest()
    {
        var start = new ProcessStartInfo("flinks-sandbox", "--frozen") { RedirectStandardOutput = true };
        sandbox = Process.Start(start)!;
        sandbox.StandardOutput.ReadLine(); // it prints its addresses once it listens
    }

    public void Dispose()
    {
        sandbox.Kill();
        http.Dispose();
    }

    [Fact]
    public async Task Nobody_answers_for_nine_minutes()
    {
        var login = await Post($"{Api}/_sandbox/logins", new JsonObject { ["behaviour"] = "mfa" });
        var asked = await Authorize(new JsonObject
        {
            ["LoginId"] = login["loginId"]!.DeepClone(), ["MostRecentCached"] = false, ["Save"] = true,
        });
        Assert.Equal(203, (int)asked["HttpStatusCode"]!);
        await Post($"{Api}/_sandbox/clock", new JsonObject { ["advanceSeconds"] = 540 });
        var late = await Authorize(new JsonObject { ["RequestId"] = asked["RequestId"]!.DeepClone() });
        Assert.Equal("SESSION_NONEXISTENT", (string)late["FlinksCode"]!);
    }

    private async Task<JsonNode> Authorize(JsonObject body)
    {
        var minted = await Post($"{Banking}/GenerateAuthorizeToken", new JsonObject(), SecretKey);
        return await Post($"{Banking}/Authorize", body, (string)minted["Token"]!);
    }

    private async Task<JsonNode> Post(string url, JsonObject body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("flinks-auth-key", key);
        using var answer = await http.SendAsync(request);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
