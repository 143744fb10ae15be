#include "transport/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "transport/tls_error.h"
#include "transport/tls_socket.h"

namespace branchline::transport {
namespace {

using tcp = asio::ip::tcp;

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;
/// As long as bytes keep coming, one connection takes so many before the others get their turn.
constexpr std::size_t kTlsBurstBytes = 1u << 20;
/// A record takes as long as so many bytes more: of the smallest a turn has a few hundred.
constexpr std::size_t kRecordCost = 4096;
/// Our peers send none of TLS's own messages after the handshake, others a ticket or two and new
/// keys once in many gigabytes. A flood of them would never let SSL_read return.
constexpr int kMaxTlsMessages = 8;
/// RFC 9266.
constexpr char kBindingLabel[] = "EXPORTER-Channel-Binding";

bool wants_read(const boost::system::error_code& error) {
  return error == asio::error::would_block;
}
/// OpenSSL's other way of waiting; never leaves this file.
bool wants_write(const boost::system::error_code& error) {
  return error == asio::error::in_progress;
}

}  // namespace

TlsStream::TlsStream(asio::io_context& context, std::shared_ptr<const TlsContext> tls,
                     std::string host)
    : ByteStream(context),
      tls_(std::move(tls)),
      host_(std::move(host)),
      ssl_(tls_->open(host_)),
      gathered_(kRecordBytes) {}

/// What `result` of an SSL call means; would_block where it must be repeated.
boost::system::error_code TlsStream::error_of(int result) const {
  const int system = errno;
  if (broken_) return unexpected_tls_message();
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      return asio::error::in_progress;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      if (system == 0) return asio::error::eof;
      return {system, boost::system::system_category()};
    default:
      break;
  }
  // Frames know their length: an end without a farewell inside one is noticed by who reads them.
  const bool cut = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  const boost::system::error_code error = take_tls_error();
  return cut ? boost::system::error_code(asio::error::eof) : error;
}

asio::awaitable<FrameFault> TlsStream::open() {
  BIO* const bio = new_tls_socket(socket_.native_handle());
  if (bio == nullptr) co_return make_fault(TransportErrc::overloaded, "no memory is left for TLS");
  SSL_set_bio(ssl_.get(), bio, bio);
  FrameFault fault;
  const boost::system::error_code error = co_await shake_hands(fault);
  if (fault) co_return fault;
  if (error) co_return handshake_fault(ssl_.get(), *tls_, error);
  count_messages();
  co_return certificate_fault(ssl_.get(), *tls_, host_);
}

asio::awaitable<boost::system::error_code> TlsStream::shake_hands(FrameFault& fault) {
  boost::system::error_code error;
  bool heard = tls_->server();
  if (heard) {  // before OpenSSL takes what is no TLS off the socket
    co_await socket_.async_wait(tcp::socket::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    if (!error) fault = check_first_byte();
  }
  while (!error && !fault) {
    errno = 0;
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) co_return error;
    const boost::system::error_code state = error_of(result);
    if (wants_write(state)) {
      co_await socket_.async_wait(tcp::socket::wait_write,
                                  asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (!wants_read(state)) co_return state;
    co_await socket_.async_wait(tcp::socket::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    if (!error && !std::exchange(heard, true)) fault = check_first_byte();
    if (fault) co_return error;
  }
  co_return error;
}

/// From now on: OpenSSL works them off inside SSL_read, as long as they come.
void TlsStream::count_messages() {
  SSL_set_msg_callback_arg(ssl_.get(), this);
  SSL_set_msg_callback(ssl_.get(), [](int sent, int, int kind, const void*, std::size_t,
                                      SSL* connection, void* self) {
    if (sent != 0 || kind != SSL3_RT_HANDSHAKE) return;
    auto& stream = *static_cast<TlsStream*>(self);
    if (++stream.messages_ <= kMaxTlsMessages) return;
    stream.broken_ = true;
    SSL_set_shutdown(connection, SSL_RECEIVED_SHUTDOWN);  // SSL_read takes no further record
  });
}

/// Every record of TLS begins with its kind.
FrameFault TlsStream::check_first_byte() {
  unsigned char first = 0;
  if (::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1) return {};
  if (first >= SSL3_RT_CHANGE_CIPHER_SPEC && first <= SSL3_RT_APPLICATION_DATA) return {};
  return make_fault(TransportErrc::not_tls,
                    tls_->server()
                        ? "this server speaks TLS only: give --edge-ca (docs/security.md)"
                        : "it does not speak TLS: start it with --tls-cert and "
                          "--tls-key, or connect without --edge-ca");
}

std::string TlsStream::channel_binding() const {
  std::string binding(32, '\0');
  const int done = SSL_export_keying_material(
      ssl_.get(), reinterpret_cast<unsigned char*>(binding.data()), binding.size(), kBindingLabel,
      sizeof kBindingLabel - 1, nullptr, 0, 0);
  return done == 1 ? binding : std::string();
}

asio::awaitable<std::size_t> TlsStream::read_some(std::span<std::byte> space,
                                                  boost::system::error_code& error) {
  error.clear();
  for (;;) {
    if (turn_ >= kTlsBurstBytes) {
      turn_ = 0;
      co_await asio::post(socket_.get_executor(), asio::use_awaitable);
    }
    if (reading_stopped()) error = asio::error::operation_aborted;
    if (error) co_return 0;
    const std::size_t bytes = read_what_is_there(space, error);
    if (bytes > 0 || !(wants_read(error) || wants_write(error))) co_return bytes;
    turn_ = 0;
    co_await socket_.async_wait(
        wants_read(error) ? tcp::socket::wait_read : tcp::socket::wait_write,
        asio::redirect_error(asio::use_awaitable, error));
  }
}

/// Bytes that came before an error are told first; the error comes again.
std::size_t TlsStream::read_what_is_there(std::span<std::byte> space,
                                          boost::system::error_code& error) {
  std::size_t total = 0;
  while (total < space.size() && turn_ < kTlsBurstBytes) {
    errno = 0;
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_read_ex(ssl_.get(), space.data() + total, space.size() - total, &bytes);
    if (result != 1) {
      error = error_of(result);
      break;
    }
    total += bytes;
    turn_ += bytes + kRecordCost;
  }
  if (total > 0) error.clear();
  return total;
}

/// What the next record carries: a large segment where it lies, small ones gathered. Repeated after
/// would_block it gives the same bytes again, and perhaps more, as OpenSSL wants it.
std::span<const std::byte> TlsStream::next_record(
    std::span<const std::span<const std::byte>> segments, std::size_t offset) {
  const auto first = segments.front().subspan(offset);
  if (first.size() >= kRecordBytes || segments.size() == 1) return first;
  std::size_t gathered = 0;
  for (std::size_t i = 0; i < segments.size() && gathered < kRecordBytes; ++i) {
    const auto part = i == 0 ? first : segments[i];
    const std::size_t taken = std::min(part.size(), kRecordBytes - gathered);
    std::copy_n(part.begin(), taken, gathered_.begin() + static_cast<std::ptrdiff_t>(gathered));
    gathered += taken;
  }
  return std::span(gathered_).first(gathered);
}

std::size_t TlsStream::write_some(std::span<const std::span<const std::byte>> segments,
                                  boost::system::error_code& error) {
  std::size_t total = 0;
  std::size_t offset = 0;  // in the first segment
  error.clear();
  while (!segments.empty() && total < kTlsBurstBytes) {
    const auto record = next_record(segments, offset);
    errno = 0;
    ERR_clear_error();
    std::size_t bytes = 0;
    const int result = SSL_write_ex(ssl_.get(), record.data(), record.size(), &bytes);
    if (result != 1) {
      if (total == 0) error = error_of(result);
      break;
    }
    total += bytes;
    offset += bytes;
    while (!segments.empty() && offset >= segments.front().size()) {
      offset -= segments.front().size();
      segments = segments.subspan(1);
    }
  }
  if (wants_read(error)) error = break_off();
  if (wants_write(error)) error = asio::error::would_block;
  return total;
}

/// Writing waits for the peer only in the middle of one of TLS's own messages. Nobody sends one in
/// pieces, and it need never go on.
boost::system::error_code TlsStream::break_off() {
  broken_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);  // wakes who reads
  return unexpected_tls_message();
}

}  // namespace branchline::transport
