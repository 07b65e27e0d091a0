/* Opens many connections to a port and says nothing on them: idle PORT COUNT. Prints how many are open, waits until its
 * standard input ends, and prints how many the other end has left open. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct rlimit limit;
    int wanted = count == 3 ? atoi(arguments[2]) : 0, open_now = 0, left = 0;
    if (wanted <= 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 2;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    to.sin_port = htons((uint16_t)atoi(arguments[1]));
    int *sockets = calloc((size_t)wanted, sizeof *sockets);
    for (; sockets != NULL && open_now < wanted; open_now++) {
        sockets[open_now] = socket(AF_INET, SOCK_STREAM, 0);
        if (sockets[open_now] < 0 || connect(sockets[open_now], (struct sockaddr *)&to, sizeof to) != 0)
            break;
    }
    (void)printf("%d open\n", open_now);
    (void)fflush(stdout);
    while (getchar() != EOF)
        ;
    for (int i = 0; i < open_now; i++) {
        char byte;
        left += recv(sockets[i], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
    (void)printf("%d left\n", left);
    free(sockets);
    return 0;
}
