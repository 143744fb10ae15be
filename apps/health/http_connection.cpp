#include "apps/health/http_connection.h"

#include <exception>
#include <string>
#include <utility>

namespace branchline::apps {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr const char* kPlain = "text/plain; charset=utf-8";
/// Nothing may be loaded or framed; the page's own style, script, icon and /status.json may.
constexpr const char* kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

HttpAnswer answer_of(const HttpAnswerer& answerer, std::string_view path) {
  try {
    return answerer(path);
  } catch (const std::exception& error) {
    return {500, kPlain, std::string(error.what()) + "\n"};
  }
}

}  // namespace

HttpConnection::HttpConnection(BoundedListener::Tcp::socket socket, const HttpAnswerer& answerer,
                               Duration patience)
    : stream_(std::move(socket)), answerer_(answerer), patience_(patience) {}

void HttpConnection::end() noexcept {
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
}

void HttpConnection::read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(0);
  stream_.expires_after(patience_);
  http::async_read(stream_, input_, *parser_,
                   [self = shared_from_this()](const boost::system::error_code& error,
                                               std::size_t) { self->on_read(error); });
}

void HttpConnection::on_read(const boost::system::error_code& error) {
  if (!error) return answer();
  const bool malformed = error.category() == http::make_error_code(http::error{}).category();
  if (malformed && error != http::error::end_of_stream && error != http::error::partial_message) {
    answer_fault(error);
  }
}

void HttpConnection::answer() {
  const auto& request = parser_->get();
  const bool keep_alive = request.keep_alive();
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    return write({405, kPlain, "only GET and HEAD\n"}, keep_alive);
  }
  const std::string_view target(request.target().data(), request.target().size());
  write(answer_of(answerer_, target.substr(0, target.find('?'))), keep_alive);
}

void HttpConnection::answer_fault(const boost::system::error_code& error) {
  const bool header = error == http::error::header_limit || error == http::error::buffer_overflow;
  const bool body = error == http::error::body_limit || error == http::error::unexpected_body;
  const unsigned status = header ? 431 : body ? 413 : 400;
  write({status, kPlain, error.message() + "\n"}, false);
}

void HttpConnection::write(const HttpAnswer& answer, bool keep_alive) {
  Response& response = response_.emplace();
  response.result(answer.status);
  response.version(parser_->get().version() == 10 ? 10 : 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", kContentPolicy);
  if (answer.status == 405) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(keep_alive);
  if (parser_->get().method() != http::verb::head) response.body() = answer.body;
  response.content_length(answer.body.size());
  stream_.expires_after(patience_);
  http::async_write(
      stream_, response,
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        if (error) return;
        self->response_->keep_alive() ? self->read() : self->linger();
      });
}

/// Closing with input unread would take the answer back on its way: says goodbye, and reads what
/// still comes until the client goes, too.
void HttpConnection::linger() {
  boost::system::error_code ignored;
  stream_.socket().shutdown(BoundedListener::Tcp::socket::shutdown_send, ignored);
  stream_.expires_after(std::chrono::seconds(1));
  input_.consume(input_.size());
  stream_.async_read_some(input_.prepare(kMaxHeader),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      std::size_t) { (void)error; });
}

}  // namespace branchline::apps
