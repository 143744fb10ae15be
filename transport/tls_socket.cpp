#include "transport/tls_socket.h"

#include <sys/socket.h>

namespace branchline::transport {
namespace {

int write_without_signal(BIO* bio, const char* data, int bytes) {
  int descriptor = -1;
  BIO_get_fd(bio, &descriptor);
  BIO_clear_retry_flags(bio);
  const ssize_t written =
      ::send(descriptor, data, static_cast<std::size_t>(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (written <= 0 && BIO_sock_should_retry(static_cast<int>(written)) != 0) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(written);
}

/// OpenSSL's socket in all but writing; null when memory is short.
BIO_METHOD* make_method() {
  const BIO_METHOD* socket = BIO_s_socket();
  BIO_METHOD* method = BIO_meth_new(
      BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "socket without SIGPIPE");
  if (method == nullptr) return nullptr;
  BIO_meth_set_write(method, write_without_signal);
  BIO_meth_set_read(method, BIO_meth_get_read(socket));
  BIO_meth_set_ctrl(method, BIO_meth_get_ctrl(socket));
  BIO_meth_set_create(method, BIO_meth_get_create(socket));
  BIO_meth_set_destroy(method, BIO_meth_get_destroy(socket));
  return method;
}

}  // namespace

BIO* new_tls_socket(int descriptor) {
  static BIO_METHOD* const method = make_method();  // for good: connections may outlive statics
  BIO* bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio != nullptr) BIO_set_fd(bio, descriptor, BIO_NOCLOSE);
  return bio;
}

}  // namespace branchline::transport
