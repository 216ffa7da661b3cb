from ashby_toolkit import main

main()
