// Two calls and a redirect: a Refresh button, and the page that people come back to.
//
//   dotnet run --project clients/quickstarts/csharp      (.NET 8 or newer)

using System.Net.Http.Json;
using System.Text.Json;
using Amazon.Runtime;
using AwsSignatureVersion4;

static string Setting(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");

var loginId = Setting("LOGIN_ID"); // yours is in your database, for the person who is signed in
var returnUrl = Setting("RETURN_URL"); // one of the stack's ReturnUrls, leading to /back

var signed = new AwsSignatureHandler(new AwsSignatureHandlerSettings(
    Setting("AWS_REGION"), "execute-api", new EnvironmentVariablesAWSCredentials()))
{
    InnerHandler = new HttpClientHandler(),
};
var reconnect = new HttpClient(signed) { BaseAddress = new Uri(Setting("RECONNECT_API_URL") + "/") };

async Task<JsonElement> Call(HttpMethod method, string path, object? body = null)
{
    using var request = new HttpRequestMessage(method, path);
    if (body is not null) request.Content = JsonContent.Create(body);
    using var answer = await reconnect.SendAsync(request);
    var told = await answer.Content.ReadFromJsonAsync<JsonElement>();
    if (answer.IsSuccessStatusCode) return told;
    throw new InvalidOperationException(told.GetProperty("code").GetString()); // see docs/errors.md
}

var app = WebApplication.Create(args);

app.MapGet("/", () => Results.Content(
    "<form method=\"post\" action=\"/refresh\"><button>Refresh</button></form>", "text/html"));

app.MapPost("/refresh", async () =>
{
    var started = await Call(HttpMethod.Post, "refreshes",
        new { loginId, selectedAccounts = "all", userPresent = true, returnUrl });
    var id = started.GetProperty("id").GetString();
    var link = await Call(HttpMethod.Post, $"refreshes/{id}/link", new { channel = "in_app" });
    return Results.Redirect(link.GetProperty("url").GetString()!);
});

// Anybody can write this address: what it names is a question, and the API has the answer.
app.MapGet("/back", async (string refreshId) =>
{
    var refresh = await Call(HttpMethod.Get, $"refreshes/{Uri.EscapeDataString(refreshId)}");
    return Results.Text($"The refresh is {refresh.GetProperty("status").GetString()}.");
});

app.Run($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT") ?? "8805"}");
