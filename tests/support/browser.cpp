#include "tests/support/browser.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <regex>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.h"

namespace branchline::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using nlohmann::json;

std::vector<std::string> command(const std::filesystem::path& profile) {
  return {Browser::kProgram,
          "--headless",
          "--no-sandbox",  // tests may run as root
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--no-first-run",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
          "--remote-debugging-port=0",
          "--user-data-dir=" + profile.string(),
          "about:blank"};
}

/// Where its DevTools listen, as it says on standard error: port and path.
std::pair<unsigned short, std::string> devtools_of(const ChildProcess& process) {
  std::smatch found;
  std::string errors;
  const std::regex address("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)(/\\S+)\\s");
  if (!eventually(std::chrono::seconds(60), [&] {
        errors = process.errors();
        return std::regex_search(errors, found, address);
      })) {
    throw std::runtime_error("the browser does not start: " + errors);
  }
  return {static_cast<unsigned short>(std::stoi(found[1])), found[2]};
}

}  // namespace

struct Browser::Connection {
  explicit Connection(const std::pair<unsigned short, std::string>& address) {
    socket.next_layer().connect({asio::ip::address_v4::loopback(), address.first});
    socket.read_message_max(0);
    socket.handshake("127.0.0.1:" + std::to_string(address.first), address.second);
  }
  void write(const json& message) { socket.write(asio::buffer(message.dump())); }
  json read() {
    beast::flat_buffer buffer;
    socket.read(buffer);
    return json::parse(beast::buffers_to_string(buffer.data()));
  }

  asio::io_context context;
  beast::websocket::stream<asio::ip::tcp::socket> socket{context};
};

Browser::Browser(std::filesystem::path profile)
    : profile_(std::move(profile)),
      process_(command(profile_)),
      connection_(std::make_unique<Connection>(devtools_of(process_))) {
  const json target = ask("Target.createTarget", {{"url", "about:blank"}});
  session_ = ask("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})
                 .at("sessionId");
  for (const char* domain : {"Page", "Network", "Runtime", "Log"}) {
    ask(domain + std::string(".enable"), json::object());
  }
}

Browser::~Browser() {
  try {
    connection_->write({{"id", ++last_id_}, {"method", "Browser.close"}});
    process_.wait();
  } catch (const std::exception&) {  // it is gone already
  }
  std::error_code ignored;
  std::filesystem::remove_all(profile_, ignored);
}

void Browser::open(const std::string& url) { ask("Page.navigate", {{"url", url}}); }

json Browser::value(const std::string& expression) {
  const json answer =
      ask("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}});
  if (answer.contains("exceptionDetails")) throw std::runtime_error(answer.dump());
  return answer["result"].value("value", json());
}

std::string Browser::text(const std::string& selector) {
  const json found = value("document.querySelector('" + selector + "')?.innerText ?? ''");
  return found.get<std::string>();
}

void Browser::show_as(int width, int height, bool dark) {
  ask("Emulation.setDeviceMetricsOverride",
      {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", width < 500}});
  const json scheme = {{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}};
  ask("Emulation.setEmulatedMedia", {{"features", json::array({scheme})}});
}

json Browser::ask(const std::string& method, const json& parameters) {
  json message = {{"id", ++last_id_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  connection_->write(message);
  for (;;) {
    json heard = connection_->read();
    if (heard.value("id", 0) != last_id_) {
      note(heard);
      continue;
    }
    if (heard.contains("error")) throw std::runtime_error(method + ": " + heard["error"].dump());
    return heard["result"];
  }
}

void Browser::note(const json& event) {
  const std::string method = event.value("method", "");
  const json told = event.value("params", json::object());
  if (method == "Network.requestWillBeSent") fetched_.push_back(told["request"]["url"]);
  const bool exception = method == "Runtime.exceptionThrown";
  const bool console = method == "Runtime.consoleAPICalled" && told["type"] == "error";
  const bool logged = method == "Log.entryAdded" && told["entry"]["level"] == "error";
  if (exception || console || logged) faults_.push_back(told.dump());
}

}  // namespace branchline::testing
