#pragma once

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "apps/health/bounded_listener.h"
#include "apps/health/http_answer.h"
#include "framework/base/clock.h"

namespace branchline::apps {

/// One client of the HTTP server: GET and HEAD, one request after another. A request has at most
/// kMaxHeader bytes and no body; it, the answer and the pause before it take at most `patience`
/// each, or the connection ends.
class HttpConnection final : public GuestConnection,
                             public std::enable_shared_from_this<HttpConnection> {
 public:
  static constexpr std::uint32_t kMaxHeader = 8192;
  static constexpr std::chrono::seconds kPatience{10};

  /// @param answerer  must outlive this
  HttpConnection(BoundedListener::Tcp::socket socket, const HttpAnswerer& answerer,
                 Duration patience = kPatience);

  void begin() override { read(); }
  void end() noexcept override;

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void read();
  void on_read(const boost::system::error_code& error);
  void answer();
  void answer_fault(const boost::system::error_code& error);
  void write(const HttpAnswer& answer, bool keep_alive);
  void linger();

  boost::beast::tcp_stream stream_;
  boost::beast::flat_static_buffer<2 * kMaxHeader> input_;
  std::optional<Parser> parser_;
  std::optional<Response> response_;
  const HttpAnswerer& answerer_;
  const Duration patience_;
};

}  // namespace branchline::apps
